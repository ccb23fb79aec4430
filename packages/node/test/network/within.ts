/** The promise, or a rejection that says what did not happen in time. For events of real adapters. */
export const within = async <T>(what: string, promise: Promise<T>, deadlineMs = 15_000): Promise<T> => {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`${what}: not within ${deadlineMs} ms`)), deadlineMs);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
};

/** Resolves when the condition holds: for states that no event announces. */
export const until = async (what: string, holds: () => boolean, deadlineMs = 15_000): Promise<void> => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const look = (): void => {
    if (holds()) resolve();
  };
  const timer = setInterval(look, 10);
  look();
  await within(what, promise, deadlineMs).finally(() => clearInterval(timer));
};
