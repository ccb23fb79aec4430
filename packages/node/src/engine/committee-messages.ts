import {
  COMMITTEE_PROTOCOL,
  decodeSeatMessage,
  encodeSeatMessage,
  ProtocolError,
  type SeatMessage,
  type TaskId,
  validateSeatMessage,
} from '@mlb/protocol';
import type { EngineDeps } from './deps.ts';
import type { Driver } from './driver.ts';
import { createParking } from './parking.ts';
import { persist } from './persist.ts';
import type { TaskRecord } from './task.ts';
import type { Tasks } from './tasks.ts';

const FIRST_WAIT_MS = 250;
const MAX_WAIT_MS = 2000;

/** Task a seat's message is about. */
const taskIdOfMessage = (message: SeatMessage): TaskId => {
  switch (message.type) {
    case 'commit':
      return message.commit.body.taskId;
    case 'lock-vote':
      return message.lockVote.body.taskId;
    case 'reveal':
      return message.reveal.body.taskId;
    case 'vote':
      return message.statement.body.taskId;
  }
};

export interface CommitteeMessages {
  /** Sends to every other seat; a seat that cannot be reached is counted, and counts as silent. */
  readonly broadcast: (task: TaskRecord, message: SeatMessage) => void;
  /** Hands over what arrived before the task was seated. */
  readonly release: (task: TaskRecord) => Promise<void>;
}

/** The committee's direct streams: receives, checks, parks and feeds seat messages to the round. */
export const createCommitteeMessages = (
  deps: EngineDeps,
  { tasks, driver, signal }: { readonly tasks: Tasks; readonly driver: Driver; readonly signal: AbortSignal },
): CommitteeMessages => {
  const parking = createParking<TaskId, SeatMessage>();

  const receive = async (task: TaskRecord, message: SeatMessage): Promise<void> => {
    if (task.seating === undefined || task.seating.params.mySeat === undefined) return;
    const { domain, secp256k1, meter } = deps;
    const checked = validateSeatMessage({ domain, secp256k1, params: task.seating.params, message });
    if (typeof checked === 'string') meter.count('mlb_rejections_total', { source: 'seat', code: checked });
    else await driver.dispatch(task, { type: 'message', message: checked });
  };

  const park = (message: SeatMessage, from: string, sizeBytes: number): void => {
    const forgotten = parking.park({ key: taskIdOfMessage(message), value: message, from, sizeBytes });
    if (forgotten > 0) deps.meter.count('mlb_dropped_total', { queue: 'parked-frames' }, forgotten);
  };

  deps.streams.handle(COMMITTEE_PROTOCOL, async (frame, from) => {
    let message: SeatMessage;
    try {
      message = decodeSeatMessage(frame);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      return deps.meter.count('mlb_rejections_total', { source: 'seat', code: error.code });
    }
    const task = tasks.get(taskIdOfMessage(message));
    if (task?.seating === undefined) park(message, from, frame.length);
    else await receive(task, message);
  });

  /** A seat that restarts in the middle of a round is there again some seconds later. */
  const sendTo = async (task: TaskRecord, peer: string, frame: Uint8Array): Promise<void> => {
    const { seating } = task;
    const timeoutMs = seating?.params.timing.roundMs ?? 0;
    const isSent = await persist(
      () =>
        deps.streams.send(peer, COMMITTEE_PROTOCOL, frame, AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])),
      {
        ...{ clock: deps.clock, signal, isOver: () => task.phase !== 'seeded' || task.seating !== seating },
        ...{ firstWaitMs: FIRST_WAIT_MS, maxWaitMs: MAX_WAIT_MS },
        onFailure: (error) => deps.log.debug({ peer, error: String(error) }, 'a seat could not be reached'),
      },
    );
    if (!isSent) deps.meter.count('mlb_dropped_total', { queue: 'seat-unreachable' });
  };

  return {
    broadcast: (task, message) => {
      const seating = task.seating;
      if (seating === undefined) return;
      const frame = encodeSeatMessage(message);
      for (const [seat, peer] of seating.peers.entries()) {
        if (seat !== seating.params.mySeat) void sendTo(task, peer, frame);
      }
    },
    release: async (task) => {
      for (const message of parking.take(task.taskId)) await receive(task, message);
    },
  };
};
