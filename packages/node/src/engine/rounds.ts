import { AUDIT_ROUND, auditSeedOf, isAuditDue, MAX_ROUNDS, type TaskEvent } from '@mlb/protocol';
import type { EngineDeps } from './deps.ts';
import type { Driver } from './driver.ts';
import { seatRound, seedBlockOfRound } from './seating.ts';
import { followRounds, type TaskRecord } from './task.ts';

export interface Rounds {
  /** The round is to be opened: now, or when its seed block is there. */
  readonly request: (task: TaskRecord, round: number) => void;
  /** Opens what is due at the head, and decides about the audit. */
  readonly atHead: (task: TaskRecord) => Promise<void>;
}

export interface RoundsParts {
  readonly driver: Driver;
  /** Declines that came before the seed block, or in an earlier life, as they hold for the committee now drawn. */
  readonly restoredDeclines: (task: TaskRecord) => Promise<readonly TaskEvent[]>;
  /** A round has its seats. */
  readonly onSeated: (task: TaskRecord, round: number) => Promise<void>;
  readonly onChanged: (task: TaskRecord) => void;
}

/** Whether a certificate of round 0 may have been made by who knew whether it would be audited. */
export const wasHeardAfter = ({ certifiedAtBlock = 0n }: TaskRecord, auditBlock: bigint): boolean =>
  certifiedAtBlock >= auditBlock;

/** Opens rounds when the chain has their seed block. */
export const createRounds = (
  deps: EngineDeps,
  { driver, restoredDeclines, onSeated, onChanged }: RoundsParts,
): Rounds => {
  /** Every later seating is drawn on top of the ones before. */
  const isNext = ({ seatings }: TaskRecord, round: number): boolean =>
    round === 0 || seatings.has(round === AUDIT_ROUND ? 0 : round - 1);

  const seat = async (task: TaskRecord, round: number): Promise<readonly TaskEvent[]> => {
    const blockHash = deps.chain.blockHash(seedBlockOfRound(deps, task, round));
    if (blockHash === undefined || !task.awaited.has(round) || !isNext(task, round)) return [];
    task.awaited.delete(round);
    const seating = seatRound(deps, task, { round, blockHash });
    if (seating === undefined) return [{ type: 'unseatable', round }];
    task.seatings.set(round, seating);
    if (followRounds(task, deps.clock.nowMs())) onChanged(task);
    const { seats, mySeat } = seating.params;
    // Declines come first: what was passed on, in an earlier life perhaps, is not executed.
    const declines = round === 0 ? await restoredDeclines(task) : [];
    return [...declines, { type: 'seated', round, seats, mySeat }];
  };

  const attempt = async (task: TaskRecord, round: number): Promise<void> => {
    const before = task.seatings.get(round);
    await driver.consider(task, () => seat(task, round));
    if (task.seatings.get(round) !== undefined && before === undefined) await onSeated(task, round);
  };

  const attemptAll = async (task: TaskRecord): Promise<void> => {
    for (const round of [...task.awaited].sort((a, b) => a - b)) await attempt(task, round);
  };

  /** Decided by a beacon after the certificate, of which everybody has the same number of silent seats: its lock is one. */
  const decideAudit = (task: TaskRecord): readonly TaskEvent[] => {
    const certificate = task.certificates.get(0);
    const blockHash = deps.chain.blockHash(seedBlockOfRound(deps, task, AUDIT_ROUND));
    if (certificate === undefined || blockHash === undefined || task.isAuditDecided) return [];
    task.isAuditDecided = true;
    const { redundancy, valueAtRisk } = task.order.order.body;
    const hasSilentSeat = certificate.locked.length < certificate.statement.seatCount;
    const auditSeed = auditSeedOf({ domain: deps.domain, taskId: task.taskId, blockHash });
    // Whoever agrees when the seed is known has nothing to fear of it: such a certificate is always looked at.
    const heardAfterAuditBlock = wasHeardAfter(task, seedBlockOfRound(deps, task, AUDIT_ROUND));
    const isDue = isAuditDue({ auditSeed, redundancy, hasSilentSeat, valueAtRisk, heardAfterAuditBlock });
    if (isDue) {
      deps.meter.count('mlb_audits_total', {});
      task.awaited.add(AUDIT_ROUND);
    }
    return [{ type: 'audit-decided', isAudited: isDue }];
  };

  const considerAudit = (task: TaskRecord): Promise<void> | undefined =>
    task.isAuditDecided || !task.certificates.has(0) ? undefined : driver.consider(task, async () => decideAudit(task));

  return {
    request: (task, round) => {
      // Not AUDIT_ROUND either: its own beacon asks for it, never what others say.
      if (task.seatings.has(round) || round >= MAX_ROUNDS) return;
      for (let needed = 0; needed <= round; needed += 1) if (!task.seatings.has(needed)) task.awaited.add(needed);
      void attemptAll(task);
    },
    atHead: async (task) => {
      if (task.machine === undefined) return;
      await considerAudit(task);
      await attemptAll(task);
    },
  };
};
