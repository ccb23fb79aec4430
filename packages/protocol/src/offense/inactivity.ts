import { downtimeBps, missBpsOf } from './penalty.ts';

/** A window with fewer duties says nothing. */
export const INACTIVITY_MIN_DUTIES: number = 20;
/** A second such day within so many days costs stake. */
export const INACTIVITY_REPEAT_DAYS: number = 7;
/** One duty in so many may be passed on for nothing; every further one is a miss. */
export const DUTIES_PER_DECLINE: number = 10;

/** Duties of one operator in the window under way (one day), and its last day of downtime. */
export interface Inactivity {
  readonly day: number;
  readonly duties: number;
  readonly misses: number;
  /** Of the duties, those passed on. */
  readonly declines: number;
  /** Undefined when it never had one. */
  readonly lastDownDay: number | undefined;
}

/** E7: nothing, a jail of 24 h, or a jail with a slash of so many bps. */
export type DowntimePenalty =
  | { readonly type: 'none' }
  | { readonly type: 'jail' }
  | { readonly type: 'slash'; readonly bps: number };

/** The start of the fold. */
export const NO_INACTIVITY: Inactivity = { day: 0, duties: 0, misses: 0, declines: 0, lastDownDay: undefined };

const NONE: DowntimePenalty = { type: 'none' };

/**
 * Closes the window under way, before the first duty of `day` is counted: more than half of at least 20 duties missed is
 * downtime. First it jails; again within 7 days it costs 5 to 15 %. The same day again closes nothing.
 */
export const closeInactivityWindow = (
  state: Inactivity,
  day: number,
): { readonly state: Inactivity; readonly penalty: DowntimePenalty } => {
  if (day <= state.day) return { state, penalty: NONE };
  const { duties, misses, lastDownDay } = state;
  const next: Inactivity = { day, duties: 0, misses: 0, declines: 0, lastDownDay };
  if (duties < INACTIVITY_MIN_DUTIES || 2 * misses <= duties) return { state: next, penalty: NONE };
  const isRepeated = lastDownDay !== undefined && state.day - lastDownDay <= INACTIVITY_REPEAT_DAYS;
  return {
    state: { ...next, lastDownDay: state.day },
    penalty: isRepeated ? { type: 'slash', bps: downtimeBps(missBpsOf({ misses, duties })) } : { type: 'jail' },
  };
};

/** Counts one settled duty of the window under way. */
export const countDuty = (state: Inactivity, isMiss: boolean): Inactivity => ({
  ...state,
  duties: state.duties + 1,
  misses: state.misses + (isMiss ? 1 : 0),
});

/**
 * Counts one duty of the window under way that its operator passed on. `isMiss` beyond a tenth of the day's duties: a
 * decline is for a busy machine, not for picking tasks. The first one of a day is free.
 */
export const countDecline = (state: Inactivity): { readonly state: Inactivity; readonly isMiss: boolean } => {
  const isMiss = state.declines * DUTIES_PER_DECLINE > state.duties;
  return { state: { ...countDuty(state, isMiss), declines: state.declines + 1 }, isMiss };
};
