import {
  AUDIT_ROUND,
  Bytes32,
  DELIVERY_PROTOCOL,
  type Delivery,
  decodeDelivery,
  encodeDelivery,
  ProtocolError,
  resultDigestOf,
  resultHashOf,
  type TaskId,
  verifyCertificate,
} from '@mlb/protocol';
import { peerIdOfKey } from '../network/peer-id.ts';
import type { EngineDeps } from './deps.ts';
import type { Driver } from './driver.ts';
import { createParking } from './parking.ts';
import { persist } from './persist.ts';
import type { TaskRecord } from './task.ts';
import type { TaskLog } from './task-log.ts';
import type { Tasks } from './tasks.ts';

const SEND_TIMEOUT_MS = 30_000;
const FIRST_WAIT_MS = 500;
const MAX_WAIT_MS = 8000;

export interface Deliveries {
  /** A seat hands the agreed output to the requester. */
  readonly send: (task: TaskRecord, delivery: Delivery) => Promise<void>;
  /** Takes what came before we knew the committee: seats may see the seed block, and agree, before the requester does. */
  readonly release: (task: TaskRecord) => Promise<void>;
}

/** The last step to the requester: agreed output, the blind that opens the digest, and the certificate. */
export const createDeliveries = (
  deps: EngineDeps,
  context: {
    readonly tasks: Tasks;
    readonly driver: Driver;
    readonly log: TaskLog;
    readonly signal: AbortSignal;
    /** Somebody delivers the output of a round that we have not opened. */
    readonly request: (task: TaskRecord, round: number) => void;
    readonly onDelivered: (task: TaskRecord) => void;
  },
): Deliveries => {
  const parking = createParking<TaskId, Delivery>();

  /** Why a delivery is not what the certificate says, or undefined. */
  const accept = async (task: TaskRecord, delivery: Delivery): Promise<string | undefined> => {
    const { round } = delivery.certificate.statement;
    const seats = task.seatings.get(round)?.params.seats;
    // A later round says better what an earlier one said.
    if (seats === undefined || (task.delivery?.certificate.statement.round ?? -1) >= round) return undefined;
    const { domain, secp256k1 } = deps;
    const certificate = verifyCertificate({ domain, secp256k1, seats, certificate: delivery.certificate });
    if (typeof certificate === 'string') return certificate;
    const digest = resultDigestOf(task.taskId, delivery.blind, resultHashOf(delivery.output));
    if (certificate.statement.taskId !== task.taskId) return 'OTHER_TASK';
    // An audit looks again; the output is that of round 0.
    if (round === AUDIT_ROUND) return 'AUDIT';
    if (digest !== certificate.statement.resultDigest) return 'BAD_OUTPUT';
    task.delivery = delivery;
    await context.log.saveDelivery(task.taskId, delivery);
    await context.driver.dispatch(task, { type: 'round', round, event: { type: 'certificate', certificate } });
    context.onDelivered(task);
    return undefined;
  };

  const take = async (task: TaskRecord, delivery: Delivery): Promise<void> => {
    const refusal = await accept(task, delivery);
    if (refusal !== undefined) deps.meter.count('mlb_rejections_total', { source: 'delivery', code: refusal });
  };

  const receive = async (frame: Uint8Array, from: string): Promise<void> => {
    let delivery: Delivery;
    try {
      delivery = decodeDelivery(frame);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      return deps.meter.count('mlb_rejections_total', { source: 'delivery', code: error.code });
    }
    const task = context.tasks.get(delivery.certificate.statement.taskId);
    if (task === undefined || !task.isOwn)
      return deps.meter.count('mlb_rejections_total', { source: 'delivery', code: 'UNKNOWN_TASK' });
    const { round } = delivery.certificate.statement;
    if (task.seatings.has(round)) return take(task, delivery);
    context.request(task, round);
    const forgotten = parking.park({ key: task.taskId, value: delivery, from, sizeBytes: frame.length });
    if (forgotten > 0) deps.meter.count('mlb_dropped_total', { queue: 'parked-deliveries' }, forgotten);
  };
  deps.streams.handle(DELIVERY_PROTOCOL, receive);

  return {
    release: async (task) => {
      for (const { value, from, sizeBytes } of parking.take(task.taskId)) {
        const isSeated = task.seatings.has(value.certificate.statement.round);
        if (isSeated) await take(task, value);
        else parking.park({ key: task.taskId, value, from, sizeBytes });
      }
    },
    send: async (task, delivery) => {
      const peer = peerIdOfKey(Bytes32(task.order.order.body.replyKey));
      const frame = encodeDelivery(delivery);
      if (peer === deps.peerId) return receive(frame, peer);
      const { signal } = context;
      const { deadline } = task.order.order.body;
      const isSent = await persist(
        () =>
          deps.streams.send(
            peer,
            DELIVERY_PROTOCOL,
            frame,
            AbortSignal.any([signal, AbortSignal.timeout(SEND_TIMEOUT_MS)]),
          ),
        {
          // A requester that restarts is there again before its order ends.
          ...{ clock: deps.clock, signal, isOver: () => deps.chain.head().timestamp > deadline },
          ...{ firstWaitMs: FIRST_WAIT_MS, maxWaitMs: MAX_WAIT_MS },
          onFailure: (error) =>
            deps.log.debug({ taskId: task.taskId, error: String(error) }, 'the requester could not be reached'),
        },
      );
      if (!isSent) deps.meter.count('mlb_dropped_total', { queue: 'requester-unreachable' });
    },
  };
};
