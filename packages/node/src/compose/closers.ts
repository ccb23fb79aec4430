/** What was opened, to be closed in reverse order, whatever happens on the way. */
export interface Closers {
  readonly add: (name: string, close: () => Promise<void> | void) => void;
  /** Closes everything; failures are reported, not thrown: the rest must still close. */
  readonly close: () => Promise<void>;
}

export const createClosers = (report: (name: string, error: unknown) => void): Closers => {
  const stack: { readonly name: string; readonly close: () => Promise<void> | void }[] = [];
  return {
    add: (name, close) => {
      stack.push({ name, close });
    },
    close: async () => {
      for (let entry = stack.pop(); entry !== undefined; entry = stack.pop()) {
        try {
          await entry.close();
        } catch (error) {
          report(entry.name, error);
        }
      }
    },
  };
};
