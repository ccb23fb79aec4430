/** A model is judged by its last so many tasks. */
export const QUARANTINE_WINDOW_TASKS: number = 100;
/** More of them without a quorum in round 0 than this: 5 %. */
export const QUARANTINE_MAX_FAILURES: number = 5;
/** A new model slashes nobody: its tolerance is not proven yet. */
export const SLASH_GRACE_TASKS: number = 500;

/** How the tasks of one model went: a fold in the order of the batches. */
export interface ModelRecord {
  readonly taskCount: number;
  /** Bit i: the task i before the last one had no quorum in round 0. */
  readonly failures: bigint;
  /** Latched: a model without orders has no tasks to clear itself with. Its provider registers a new version. */
  readonly isQuarantined: boolean;
}

export const NEW_MODEL_RECORD: ModelRecord = { taskCount: 0, failures: 0n, isQuarantined: false };

const WINDOW = (1n << BigInt(QUARANTINE_WINDOW_TASKS)) - 1n;

const countBits = (bits: bigint): number => bits.toString(2).replaceAll('0', '').length;

/** The record after one more task. A model or input that executors cannot agree on must not cost honest ones their stake. */
export const recordModelTask = (record: ModelRecord, hasQuorum: boolean): ModelRecord => {
  const failures = ((record.failures << 1n) | (hasQuorum ? 0n : 1n)) & WINDOW;
  return {
    taskCount: record.taskCount + 1,
    failures,
    isQuarantined: record.isQuarantined || countBits(failures) > QUARANTINE_MAX_FAILURES,
  };
};

/** Whether a wrong result on this model may cost stake. */
export const isModelSlashable = ({ taskCount, isQuarantined }: ModelRecord): boolean =>
  taskCount >= SLASH_GRACE_TASKS && !isQuarantined;
