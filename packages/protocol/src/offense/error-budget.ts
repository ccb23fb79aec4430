/** Errors that cost nothing but pay and reputation: machines err, and a verdict may be about the wrong one (T23). */
export const ERROR_BUDGET_BASE: number = 2;
/** One more error is free for each so many duties. */
export const ERROR_BUDGET_DUTIES: number = 500;
/** The budget looks back so many duties of the operator. */
export const ERROR_WINDOW_DUTIES: number = 5000;

/** One operator's wrong and withheld results among its last ERROR_WINDOW_DUTIES settled duties. */
export interface ErrorLog {
  /** Duties ever settled. */
  readonly dutyCount: number;
  /** Numbers (from 1) of the faulty duties in the window, ascending. */
  readonly faultyDuties: readonly number[];
}

export const EMPTY_ERROR_LOG: ErrorLog = { dutyCount: 0, faultyDuties: [] };

/** The log after one more settled duty. */
export const logDuty = ({ dutyCount, faultyDuties }: ErrorLog, isFaulty: boolean): ErrorLog => {
  const duty = dutyCount + 1;
  const oldest = faultyDuties[0];
  const kept =
    oldest !== undefined && oldest <= duty - ERROR_WINDOW_DUTIES
      ? faultyDuties.filter((number) => number > duty - ERROR_WINDOW_DUTIES)
      : faultyDuties;
  return { dutyCount: duty, faultyDuties: isFaulty ? [...kept, duty] : kept };
};

/** Whether there are more errors than 2 + duties / 500, both of the window; compared without rounding. */
export const isBeyondErrorBudget = ({ dutyCount, faultyDuties }: ErrorLog): boolean => {
  const duties = Math.min(dutyCount, ERROR_WINDOW_DUTIES);
  return (faultyDuties.length - ERROR_BUDGET_BASE) * ERROR_BUDGET_DUTIES > duties;
};
