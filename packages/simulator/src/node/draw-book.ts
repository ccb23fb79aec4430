import {
  type Address,
  type AuditDueInput,
  auditSeedOf,
  type BlockHash,
  type CommitteeSeat,
  type Domain,
  drawAuditors,
  drawFirstSeats,
  drawLaterSeats,
  type FirstDraw,
  isAuditDue,
  isDrawable,
  roundSizes,
  type Snapshot,
  seedOf,
  type TaskId,
} from '@mlb/protocol';

/** What the draws of a task depend on besides the beacons. */
export interface DrawnTask {
  readonly taskId: TaskId;
  readonly redundancy: number;
  readonly exclude: readonly Address[];
}

/**
 * The draws of a run. Each is a pure function, and every node makes the same ones: made once, and shared as one object, by
 * which checked messages are remembered too.
 */
export interface DrawBook {
  readonly first: (task: DrawnTask, blockHash: BlockHash) => FirstDraw | undefined;
  readonly later: (
    task: DrawnTask,
    draw: { readonly round: number; readonly blockHash: BlockHash; readonly earlier: readonly CommitteeSeat[] },
  ) => readonly CommitteeSeat[] | undefined;
  readonly auditors: (
    task: DrawnTask,
    draw: { readonly blockHash: BlockHash; readonly committee: readonly CommitteeSeat[] },
  ) => readonly CommitteeSeat[] | undefined;
  /** The last round that can take place for a task. */
  readonly lastRound: (task: DrawnTask) => number;
  /** Whether a certificate of round 0 needs an audit. */
  readonly isAuditDue: (input: AuditDueInput) => boolean;
  /** One object for equal committees. */
  readonly intern: (seats: readonly CommitteeSeat[]) => readonly CommitteeSeat[];
}

const nameOf = (seats: readonly CommitteeSeat[]): string => seats.map(({ row }) => row).join(',');

export const createDrawBook = (domain: Domain, snapshot: Snapshot): DrawBook => {
  const drawn = new Map<string, unknown>();
  const once = <T>(name: string, draw: () => T): T => {
    if (!drawn.has(name)) drawn.set(name, draw());
    return drawn.get(name) as T;
  };
  const excluded = ({ exclude }: DrawnTask): string => exclude.join(',');
  return {
    first: (task, blockHash) =>
      once(`0 ${task.taskId} ${blockHash}`, () => {
        const seed = seedOf({ domain, taskId: task.taskId, round: 0, blockHash });
        return drawFirstSeats({ seed, snapshot, redundancy: task.redundancy, exclude: task.exclude });
      }),
    later: (task, { round, blockHash, earlier }) =>
      once(`${round} ${task.taskId} ${blockHash} ${nameOf(earlier)} ${excluded(task)}`, () => {
        const seed = seedOf({ domain, taskId: task.taskId, round, blockHash });
        const { redundancy, exclude } = task;
        return drawLaterSeats({ seed, snapshot, round, redundancy, earlier, exclude });
      }),
    auditors: (task, { blockHash, committee }) =>
      once(`audit ${task.taskId} ${blockHash} ${nameOf(committee)} ${excluded(task)}`, () => {
        const auditSeed = auditSeedOf({ domain, taskId: task.taskId, blockHash });
        return drawAuditors({ auditSeed, snapshot, committee, exclude: task.exclude });
      }),
    lastRound: ({ redundancy, exclude }) => {
      const pool = snapshot.rows.filter((row) => isDrawable(row) && !exclude.includes(row.operator));
      return roundSizes(redundancy, pool.length).length - 1;
    },
    isAuditDue,
    intern: (seats) => once(`seats ${nameOf(seats)}`, () => seats),
  };
};
