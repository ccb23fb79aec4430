import type { Log } from '../../src/port/log.ts';

interface Line {
  readonly fields: Record<string, unknown>;
  readonly message: string;
}

/** A log whose lines can be waited for: what a node says it did is the event tests wait on. */
export interface WatchLog extends Log {
  /** The next line with this message, past ones not counted. */
  readonly next: (message: string) => Promise<Record<string, unknown>>;
  /** Lines with this message so far. */
  readonly said: (message: string) => readonly Record<string, unknown>[];
}

export const createWatchLog = (): WatchLog => {
  const lines: Line[] = [];
  const waiting = new Set<(line: Line) => void>();
  const write = (fields: object, message: string): void => {
    const line = { fields: { ...fields }, message };
    lines.push(line);
    for (const tell of waiting) tell(line);
  };
  return {
    debug: write,
    info: write,
    warn: write,
    error: write,
    next: (message) =>
      new Promise((resolve) => {
        const tell = (line: Line): void => {
          if (line.message !== message) return;
          waiting.delete(tell);
          resolve(line.fields);
        };
        waiting.add(tell);
      }),
    said: (message) => lines.filter((line) => line.message === message).map(({ fields }) => fields),
  };
};
