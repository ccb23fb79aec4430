/** How a sandbox ended, unasked. */
export interface SandboxExit {
  readonly reason: 'CRASH' | 'OUT_OF_MEMORY';
  readonly detail: string;
}

export type SandboxAnswer =
  | { readonly type: 'frame'; readonly frame: Uint8Array }
  | { readonly type: 'exited'; readonly exit: SandboxExit };

/** A process or thread that serves one model and can be ended at any moment, whatever it is doing. */
export interface Sandbox {
  /** One request at a time. Never rejects. */
  readonly request: (frame: Uint8Array<ArrayBuffer>) => Promise<SandboxAnswer>;
  /** Ends it; a pending request is answered with `exited`. Resolves when it is gone. */
  readonly kill: () => Promise<void>;
}

/** Starts sandboxes of one kind. */
export interface SandboxFactory {
  readonly spawn: () => Promise<Sandbox>;
  /** Frees what the sandboxes shared. Call after the last is gone. */
  readonly close: () => Promise<void>;
}

/** A pending answer that is settled by whichever comes first: the reply or the end. */
export const createAnswerSlot = (): {
  readonly ask: () => Promise<SandboxAnswer>;
  readonly reply: (frame: Uint8Array) => void;
  readonly exit: (exit: SandboxExit) => void;
} => {
  let settle: ((answer: SandboxAnswer) => void) | undefined;
  let ended: SandboxExit | undefined;
  const answer = (value: SandboxAnswer): void => {
    settle?.(value);
    settle = undefined;
  };
  return {
    ask: () => {
      if (ended !== undefined) return Promise.resolve({ type: 'exited', exit: ended });
      const { promise, resolve } = Promise.withResolvers<SandboxAnswer>();
      settle = resolve;
      return promise;
    },
    reply: (frame) => answer({ type: 'frame', frame }),
    exit: (exit) => {
      ended ??= exit;
      answer({ type: 'exited', exit: ended });
    },
  };
};
