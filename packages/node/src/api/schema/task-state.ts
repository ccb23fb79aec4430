/**
 * admitted -> seeded -> executing -> agreed -> settled. `agreed` has a certificate, `disputed` one that a later round will
 * overrule or confirm, `settled` is on chain past its window. `refundable`: no quorum, the money is free after the deadline; `refunded`: it is. `failed`: the daemon gave
 * up before the network judged (see `reason`).
 */
export type TaskState =
  | 'admitted'
  | 'seeded'
  | 'executing'
  | 'agreed'
  | 'disputed'
  | 'settled'
  | 'refundable'
  | 'refunded'
  | 'failed';

export const TASK_STATES: readonly TaskState[] = [
  'admitted',
  'seeded',
  'executing',
  'agreed',
  'disputed',
  'settled',
  'refundable',
  'refunded',
  'failed',
];

export type WaitTarget = 'agreed' | 'settled';

/** Whether a task in `state` has reached `until`, or never will. */
export const isWaitOver = (state: TaskState, until: WaitTarget): boolean =>
  state === 'settled' ||
  state === 'refundable' ||
  state === 'refunded' ||
  state === 'failed' ||
  (until === 'agreed' && state === 'agreed');
