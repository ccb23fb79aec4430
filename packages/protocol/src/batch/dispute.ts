import { verifyCertifiedVerdict } from '../certificate/task-verdict.ts';
import { verifyCertificate } from '../certificate/verify.ts';
import { AUDIT_ROUND, auditBlockOf, auditSeedOf, drawAuditors, isAuditDue } from '../committee/audit.ts';
import type { CommitteeSeat } from '../committee/draw.ts';
import { seedBlockOf } from '../committee/seed.ts';
import { unpackFindings } from '../message/task-verdict.ts';
import type { Snapshot } from '../operators/snapshot.ts';
import type { Address, TaskId } from '../primitives/hex.ts';
import type { Secp256k1 } from '../primitives/signature.ts';
import type { BatchFaultCode } from './fault.ts';
import type { SettledTask } from './leaf.ts';
import type { Union } from './union.ts';
import type { SettlementView } from './view.ts';

/** What was drawn for a task, and in whose name its certificate is to be judged. */
export interface DisputeInput {
  readonly view: SettlementView;
  readonly secp256k1: Pick<Secp256k1, 'recover'>;
  readonly task: SettledTask;
  readonly taskId: TaskId;
  readonly snapshot: Snapshot;
  readonly union: Union;
  /** The requester and the model's provider. */
  readonly exclude: readonly Address[];
}

interface AuditDuty {
  readonly auditors: readonly CommitteeSeat[];
  readonly isDue: boolean;
}

/** Who audits the task, and whether they have to for us; undefined when it is not audited or cannot be. */
const auditDutyOf = (input: DisputeInput): AuditDuty | 'UNKNOWN_BLOCK' | undefined => {
  const { view, task, taskId, snapshot, union } = input;
  const { certificate, order } = task;
  if (certificate.statement.round !== 0 || view.auditLagBlocks === undefined) return undefined;
  const auditBlock = auditBlockOf(seedBlockOf(order.body.anchorBlock, view.seedLagBlocks), view.auditLagBlocks);
  const blockHash = view.blockHash(auditBlock);
  if (blockHash === undefined) return 'UNKNOWN_BLOCK';
  const auditSeed = auditSeedOf({ domain: view.domain, taskId, blockHash });
  const { redundancy, valueAtRisk } = order.body;
  const hasSilentSeat = certificate.locked.length < union.seats.length;
  const heardAfterAuditBlock = view.heardAfterAuditBlock?.(taskId, auditBlock) === true;
  const isDue = isAuditDue({ auditSeed, redundancy, valueAtRisk, hasSilentSeat, heardAfterAuditBlock });
  // Who neither has to see an audit nor is shown one need not draw.
  if (!isDue && task.audit === undefined) return undefined;
  const exclude = [...input.exclude, ...union.decliners.map(({ operator }) => operator)];
  const auditors = drawAuditors({ auditSeed, snapshot, committee: union.seats, exclude });
  return auditors && { auditors, isDue };
};

/** Whether the leaf's audit is one of these auditors and the committee, on the value of its certificate. */
const isAuditSound = (
  { view, secp256k1, task, taskId, snapshot, union }: DisputeInput,
  auditors: readonly CommitteeSeat[],
): boolean => {
  if (task.audit === undefined) return false;
  const { statement } = task.audit;
  const isOfTask = statement.taskId === taskId && statement.round === AUDIT_ROUND && statement.epoch === snapshot.epoch;
  // An audit that passed signs the digest of round 0 itself.
  const isSameValue = statement.resultDigest === task.certificate.statement.resultDigest;
  if (!isOfTask || !isSameValue) return false;
  const seats = [...union.seats, ...auditors];
  return typeof verifyCertificate({ domain: view.domain, secp256k1, seats, certificate: task.audit }) !== 'string';
};

/** A sound audit is never too much: others may have heard of the certificate later than we did. */
const auditFault = (input: DisputeInput): BatchFaultCode | undefined => {
  const duty = auditDutyOf(input);
  if (duty === 'UNKNOWN_BLOCK') return duty;
  if (duty !== undefined && isAuditSound(input, duty.auditors)) return undefined;
  if (duty?.isDue === true) return 'AUDIT_MISSING';
  return input.task.audit === undefined ? undefined : 'NEEDLESS_AUDIT';
};

/** A verdict of 70 % of the union about exactly its seats and its lock. */
const verdictFault = ({ view, secp256k1, task, taskId, union }: DisputeInput): BatchFaultCode | undefined => {
  const { certificate } = task;
  const { round, lockRoot } = certificate.statement;
  if (task.verdict === undefined) return view.hasVerdict?.(taskId, round) === true ? 'VERDICT_MISSING' : undefined;
  const { verdict } = task.verdict;
  if (round === 0 || verdict.taskId !== taskId || verdict.round !== round || verdict.lockRoot !== lockRoot)
    return 'BAD_VERDICT';
  const { seats } = union;
  const verified = verifyCertifiedVerdict({ domain: view.domain, secp256k1, seats, certified: task.verdict });
  if (typeof verified === 'string') return 'BAD_VERDICT';
  const locked = new Set(certificate.locked.map(({ seat }) => seat));
  // Who is silent is no opinion: it is not in the lock. There it may have withheld what it promised a round before.
  const isOfLock = unpackFindings(verdict.findings, seats.length)?.every(({ finding }, seat) =>
    locked.has(seat) ? finding !== 'silent' : finding === 'silent' || finding === 'withheld',
  );
  return isOfLock === true ? undefined : 'BAD_VERDICT';
};

/** Why a task with a good certificate may not settle on it: it is disputed, or the audit or verdict is not what it must be. */
export const disputeFaultOf = (input: DisputeInput): BatchFaultCode | undefined => {
  const { view, task, taskId } = input;
  const { statement } = task.certificate;
  if (view.isDisputed?.(taskId, statement.round) === true) return 'UNDER_DISPUTE';
  const fault = auditFault(input) ?? verdictFault(input);
  if (fault !== undefined) return fault;
  // Last: what is wrong for good is said first.
  return view.isSettleable?.(taskId, statement) === false ? 'NOT_SETTLEABLE' : undefined;
};
