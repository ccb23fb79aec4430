import { type CommitteeSeat, roundSizes, seatWeight, type TaskId } from '@mlb/protocol';
import type { DrawBook } from '../node/draw-book.ts';
import { isSameOutput, outputBehind, truthFor } from '../oracle/facts.ts';
import type { CastMember, Plan } from '../plan/plan.ts';
import { type Outcome, runPlan } from '../run.ts';
import type { Universe } from '../universe.ts';

/** Three rounds of 36 s, a settle time and the last chance. */
const ALL_ROUNDS_MS = 300_000;

/** What sits on a seat. */
export type SeatKind = 'honest' | 'colluding' | 'offline';

/** A committee of a given make-up: the seats of round 0, then the fresh ones of each later round. */
export interface Script {
  readonly rounds: readonly (readonly SeatKind[])[];
  readonly seed: number;
  /** When to stop looking: by then all rounds and their settle times are over, unless given. */
  readonly untilMs?: number;
}

/** How one task of such a committee ended, as somebody without a seat sees it. */
export interface ScriptedEnd {
  /** A wrong value has a certificate of round 0: what would settle if nobody could object. */
  readonly isFirstWrong: boolean;
  readonly hasFirstQuorum: boolean;
  readonly end: 'right' | 'wrong' | 'refund' | 'open';
  /** Rounds that took place. */
  readonly rounds: number;
}

/** Cumulative sizes of the unions, as the protocol has them with a large pool. */
export const unionSizes = (redundancy: number): readonly number[] => roundSizes(redundancy);

const KIND_STRATEGY = { colluding: 'cartel', offline: 'silent' } as const;

const castOf = (kinds: readonly SeatKind[]): readonly CastMember[] =>
  kinds.flatMap((kind, operator) => (kind === 'honest' ? [] : [{ operator, strategy: KIND_STRATEGY[kind] }]));

/** Operator i takes seat i. No substitutes and no audits: this is about rounds and objections. */
const drawsOf =
  (redundancy: number) =>
  ({ table }: Universe): DrawBook => {
    const all = (table.latest?.rows ?? []).map(
      (row, index): CommitteeSeat => ({
        row: index,
        operator: row.operator,
        sessionKey: row.sessionKey,
        weight: seatWeight(row),
      }),
    );
    const sizes = unionSizes(redundancy);
    const interned = new Map<number, readonly CommitteeSeat[]>();
    return {
      first: () => ({ seats: all.slice(0, redundancy), substitutes: [] }),
      later: (_task, { round, earlier }) => {
        const size = sizes[round];
        return size === undefined ? undefined : all.slice(earlier.length, size);
      },
      auditors: () => undefined,
      lastRound: () => sizes.length - 1,
      isAuditDue: () => false,
      intern: (seats) => {
        const known = interned.get(seats.length) ?? seats;
        interned.set(seats.length, known);
        return known;
      },
    };
  };

const endOf = (outcome: Outcome, observer: number, taskId: TaskId): ScriptedEnd['end'] => {
  const certificate = outcome.journal.settleable.get(`${observer}/${taskId}`);
  if (certificate === undefined) return outcome.journal.refunds.has(`${observer}/${taskId}`) ? 'refund' : 'open';
  const output = outputBehind(outcome, certificate);
  return output !== undefined && isSameOutput(outcome, output, truthFor(outcome, taskId, -1)) ? 'right' : 'wrong';
};

/** Runs one task through the real task machine, network and all, with exactly these seats. */
export const runScript = ({ rounds, seed, untilMs = ALL_ROUNDS_MS }: Script): ScriptedEnd => {
  const kinds = rounds.flat();
  const [first = []] = rounds;
  // One more operator, who has no seat and sees what everybody sees.
  const observer = kinds.length;
  const order = { id: 0, atMs: 4000, requester: 0, entry: observer, redundancy: first.length, valueAtRiskMlb: 0 };
  const plan: Plan = {
    ...{ seed, operatorCount: kinds.length + 1, lots: [], mode: 'exact', orders: [order], cast: castOf(kinds) },
    ...{ overspenders: [], isModelMalicious: false, stragglerShare: 0, faults: [], suppressed: [], untilMs },
  };
  const outcome = runPlan(plan, { draws: drawsOf(first.length) });
  const taskId = outcome.journal.orders[0]?.taskId as TaskId;
  const firsts = outcome.journal.certificates.filter(({ certificate }) => certificate.statement.round === 0);
  const wrong = firsts.filter(
    ({ output }) => output !== undefined && !isSameOutput(outcome, output, truthFor(outcome, taskId, -1)),
  );
  return {
    ...{ isFirstWrong: wrong.length > 0, hasFirstQuorum: firsts.length > 0, end: endOf(outcome, observer, taskId) },
    rounds: [...outcome.journal.committees.keys()].length,
  };
};
