/** Time and timers. Tests move a memory clock; nothing else in the node reads the time. */
export interface Clock {
  /** Unix time in milliseconds. */
  readonly nowMs: () => number;
  /** Calls back once after `delayMs`; the returned function cancels. */
  readonly after: (delayMs: number, callback: () => void) => () => void;
}
