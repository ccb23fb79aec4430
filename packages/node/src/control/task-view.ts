import { chargedSeatsOf, chargeOf, confidenceBps, type Seat, UNIT_WEI } from '@mlb/protocol';
import type { SeatView, TaskFees, TaskState, TaskStep, TaskView } from '../api/schema/task.ts';
import type { ChainView } from '../chain/state.ts';
import type { TaskRecord } from '../engine/task.ts';

/** The API's word for where a task is: a failed round is refundable, a certificate in its dispute window is agreed. */
export const stateOf = (task: TaskRecord): TaskState => {
  switch (task.phase) {
    case 'settleable':
    case 'posted':
      return 'agreed';
    case 'failed':
      return 'refundable';
    default:
      return task.phase;
  }
};

const stepsOf = ({ times }: TaskRecord): readonly TaskStep[] => {
  const steps: readonly (readonly [TaskState, number | undefined])[] = [
    ['admitted', times.admittedMs],
    ['seeded', times.seededMs],
    ['agreed', times.agreedMs],
    ['refundable', times.failedMs],
    ['settled', times.settledMs],
    ['refunded', times.refundedMs],
  ];
  return steps.flatMap(([state, atMs]) => (atMs === undefined ? [] : [{ state, atMs }]));
};

/** What the task costs at the base fee of its batch, or of now while it is in none. */
const chargeOfTask = (task: TaskRecord, view: ChainView): ReturnType<typeof chargeOf> | undefined => {
  const order = task.order.order.body;
  const model = view.model(order.modelId);
  if (task.certificate === undefined || model === undefined) return undefined;
  return chargeOf({
    order,
    modelPriceWei: model.priceWei,
    baseFee: task.settlement?.baseFee ?? view.baseFee(),
    lockedCount: chargedSeatsOf({ lockedCount: task.certificate.locked.length, redundancy: order.redundancy }),
    paidCount: task.certificate.signatures.length,
  });
};

const wei = (units: bigint): string => String(units * UNIT_WEI);

const seatsOf = (task: TaskRecord, paidSeatUnits: bigint | undefined): readonly SeatView[] => {
  const signers = new Set(task.certificate?.signatures.map(({ seat }) => seat));
  const paidOf = (seat: number): string => wei(signers.has(seat) ? (paidSeatUnits ?? 0n) : 0n);
  return (task.seating?.params.seats ?? []).map(({ operator, weight }: Seat, seat) => ({
    seat,
    operator,
    weight: String(weight),
    signed: signers.has(seat),
    ...(task.settlement !== undefined ? { paidWei: paidOf(seat) } : {}),
  }));
};

const feesOf = (task: TaskRecord, charge: ReturnType<typeof chargeOf> | undefined): TaskFees => ({
  maxFeeWei: String(task.order.order.body.maxFee),
  ...(charge === undefined
    ? {}
    : {
        chargedWei: wei(charge.chargeUnits),
        modelFeeWei: wei(charge.modelFeeUnits),
        treasuryWei: wei(charge.treasuryUnits),
        burnWei: wei(charge.burnUnits),
      }),
});

const REASONS: Partial<Record<TaskState, string>> = {
  refundable: 'no quorum: fewer than 70 % of the committee agreed in time; the money is free after the deadline',
  refunded: 'not settled before its deadline',
};

/** One task as the API shows it. */
export const viewOfTask = (task: TaskRecord, view: ChainView): TaskView => {
  const order = task.order.order.body;
  const state = stateOf(task);
  const charge = chargeOfTask(task, view);
  const { certificate, seating, settlement } = task;
  return {
    schema: 'mlb.task/1',
    taskId: task.taskId,
    modelId: order.modelId,
    modelName: view.model(order.modelId)?.name,
    requester: order.requester,
    state,
    steps: stepsOf(task),
    seats: seatsOf(task, charge?.paidSeatUnits),
    fees: feesOf(task, charge),
    deadlineAtSec: Number(order.deadline),
    ...(certificate === undefined || seating === undefined
      ? {}
      : {
          confidenceBps: confidenceBps(certificate, seating.params.seats),
          resultDigest: certificate.statement.resultDigest,
        }),
    ...(task.executionMs === undefined ? {} : { executionMs: task.executionMs }),
    ...(settlement === undefined ? {} : { batchIndex: String(settlement.index), transaction: settlement.transaction }),
    ...(REASONS[state] === undefined ? {} : { reason: REASONS[state] }),
  };
};
