import { verifyCertificate } from '../certificate/verify.ts';
import { roundSeedBlockOf } from '../committee/later-round.ts';
import { seedBlockOf } from '../committee/seed.ts';
import { digestOf } from '../message/domain.ts';
import { INPUT_CID, TASK_ORDER } from '../message/task-order.ts';
import type { Snapshot } from '../operators/snapshot.ts';
import { MAX_REDUNDANCY, MAX_ROUNDS, MIN_REDUNDANCY, UNIT_WEI } from '../params.ts';
import { type Charge, chargedSeatsOf, chargeOf } from '../pricing/charge.ts';
import type { PayoutAccounts } from '../pricing/payout.ts';
import { TaskId } from '../primitives/hex.ts';
import type { Secp256k1 } from '../primitives/signature.ts';
import { disputeFaultOf } from './dispute.ts';
import type { BatchFaultCode } from './fault.ts';
import type { SettledTask } from './leaf.ts';
import { NONCE_LIMIT } from './nullifiers.ts';
import { drawUnion, type Union } from './union.ts';
import type { PricedModel, SettlementView } from './view.ts';

/** A task that passed every check that concerns it alone, with all that its settlement moves. */
export interface CheckedTask {
  readonly task: SettledTask;
  readonly taskId: TaskId;
  /** Snapshot row of each seat of all rounds, in seat order. */
  readonly committee: readonly number[];
  readonly charge: Charge;
  readonly accounts: Omit<PayoutAccounts, 'batcher'>;
}

export interface TaskCheck {
  readonly view: SettlementView;
  readonly secp256k1: Pick<Secp256k1, 'recover'>;
}

const orderFault = (
  { view, secp256k1 }: TaskCheck,
  { order }: SettledTask,
  taskId: TaskId,
): BatchFaultCode | undefined => {
  const { body } = order;
  // No flag and no tolerance class is defined in v1: attesters could not tell what was agreed on.
  if (body.flags !== 0 || body.tolClass !== 0 || body.inputKind > INPUT_CID) return 'UNSUPPORTED';
  if (body.redundancy < MIN_REDUNDANCY || body.redundancy > MAX_REDUNDANCY) return 'BAD_REDUNDANCY';
  if (body.nonce >= NONCE_LIMIT) return 'BAD_NONCE';
  if (view.nowSec > body.deadline) return 'EXPIRED';
  const anchorHash = view.blockHash(body.anchorBlock);
  if (anchorHash === undefined) return 'UNKNOWN_BLOCK';
  if (anchorHash !== body.anchorHash) return 'WRONG_ANCHOR';
  if (!view.isTimely(taskId, seedBlockOf(body.anchorBlock, view.seedLagBlocks))) return 'UNTIMELY';
  const isOrdered = view.isForced?.(taskId) === true || secp256k1.recover(taskId, order.signature) === body.requester;
  return isOrdered ? undefined : 'BAD_ORDER_SIGNATURE';
};

interface Seating {
  readonly snapshot: Snapshot;
  readonly model: PricedModel;
  readonly union: Union;
}

/** Draws everyone again: nothing about the seats is taken from the leaf. */
const seatingOf = (
  { view, secp256k1 }: TaskCheck,
  { order: { body }, certificate, declines }: SettledTask,
  taskId: TaskId,
): Seating | BatchFaultCode => {
  const snapshot = view.snapshotAt(body.anchorBlock);
  if (snapshot === undefined) return 'UNKNOWN_EPOCH';
  const model = view.model(body.modelId);
  if (model === undefined) return 'UNKNOWN_MODEL';
  if (body.computeUnits < model.computeUnits) return 'BAD_COMPUTE_UNITS';
  const { round, epoch } = certificate.statement;
  const lastRound = view.roundBlocks === undefined ? 0 : MAX_ROUNDS - 1;
  if (certificate.statement.taskId !== taskId || epoch !== snapshot.epoch || round > lastRound)
    return 'WRONG_STATEMENT';
  const seedBlock = seedBlockOf(body.anchorBlock, view.seedLagBlocks);
  const union = drawUnion({
    domain: view.domain,
    secp256k1,
    taskId,
    snapshot,
    redundancy: body.redundancy,
    exclude: [body.requester, model.provider],
    seedHash: (later) => view.blockHash(roundSeedBlockOf(seedBlock, later, view.roundBlocks ?? 0)),
    round,
    declines,
  });
  return typeof union === 'string' ? union : { snapshot, model, union };
};

const certificateFault = (
  { view, secp256k1 }: TaskCheck,
  task: SettledTask,
  { taskId, seating }: { readonly taskId: TaskId; readonly seating: Seating },
): BatchFaultCode | undefined => {
  const { snapshot, model, union } = seating;
  const { certificate, order } = task;
  const verified = verifyCertificate({ domain: view.domain, secp256k1, seats: union.seats, certificate });
  if (typeof verified === 'string') return 'BAD_CERTIFICATE';
  const exclude = [order.body.requester, model.provider];
  return disputeFaultOf({ view, secp256k1, task, taskId, snapshot, union, exclude });
};

const accountsOf = (
  view: SettlementView,
  { order, certificate }: SettledTask,
  { model, union }: Seating,
): Omit<PayoutAccounts, 'batcher'> | undefined => {
  const requester = view.accountOf(order.body.requester);
  const modelProvider = view.accountOf(model.provider);
  const paidSeats = certificate.signatures.flatMap(({ seat }) => {
    const operator = union.seats[seat]?.operator;
    return (operator === undefined ? undefined : view.accountOf(operator)) ?? [];
  });
  const isComplete = paidSeats.length === certificate.signatures.length;
  if (requester === undefined || modelProvider === undefined || !isComplete) return undefined;
  return { requester, modelProvider, paidSeats };
};

/**
 * Everything about one task that does not depend on its neighbours in the batch: order, seed, committee, certificate,
 * nonce, charge. The same function serves whoever builds and whoever attests.
 */
export const checkTask = (check: TaskCheck, task: SettledTask): CheckedTask | BatchFaultCode => {
  const { view } = check;
  const order = task.order.body;
  const taskId = TaskId(digestOf(view.domain, TASK_ORDER, order));
  const fault = orderFault(check, task, taskId);
  if (fault !== undefined) return fault;
  const seating = seatingOf(check, task, taskId);
  if (typeof seating === 'string') return seating;
  const certificateIs = certificateFault(check, task, { taskId, seating });
  if (certificateIs !== undefined) return certificateIs;
  const accounts = accountsOf(view, task, seating);
  if (accounts === undefined) return 'UNKNOWN_ACCOUNT';
  if (view.isNonceUsed(accounts.requester, order.nonce)) return 'NONCE_USED';
  const charge = chargeOf({
    order,
    modelPriceWei: seating.model.priceWei,
    baseFee: view.baseFee,
    lockedCount: chargedSeatsOf({ lockedCount: task.certificate.locked.length, redundancy: order.redundancy }),
    paidCount: task.certificate.signatures.length,
  });
  if (charge.chargeUnits * UNIT_WEI > order.maxFee) return 'CHARGE_ABOVE_MAX_FEE';
  return { task, taskId, committee: seating.union.seats.map(({ row }) => row), charge, accounts };
};
