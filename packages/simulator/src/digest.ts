import { hashText } from './random.ts';

/** A running digest of everything that happens in a run: two runs with the same one went the same way. */
export interface TraceDigest {
  readonly add: (line: string) => void;
  /** 16 hex digits. */
  readonly value: () => string;
}

const hex = (word: number): string => word.toString(16).padStart(8, '0');

export const createTraceDigest = (): TraceDigest => {
  let [a, b] = [0x811c9dc5, 0x9e3779b9];
  return {
    add: (line) => {
      a = hashText(line, a);
      b = hashText(line, b ^ 0x5bd1e995);
    },
    value: () => hex(a) + hex(b),
  };
};
