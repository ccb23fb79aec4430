import {
  COMMITTEE_PROTOCOL,
  decodeSeatMessage,
  dutyOf,
  encodeSeatMessage,
  ProtocolError,
  type RoundParams,
  type SeatMessage,
  type SeatMessageRejection,
  type TaskEvent,
  validateSeatMessage,
} from '@mlb/protocol';
import type { EngineDeps } from './deps.ts';
import type { Driver } from './driver.ts';
import { createParking } from './parking.ts';
import { persist } from './persist.ts';
import { isRound, type RoundKey, roundKeyOf } from './seat-duty.ts';
import { createSeenMessages } from './seen-messages.ts';
import type { Seating, TaskRecord } from './task.ts';
import type { Tasks } from './tasks.ts';

const FIRST_WAIT_MS = 250;
const MAX_WAIT_MS = 2000;

export interface CommitteeMessages {
  /** Sends to every other seat of the round; a seat that cannot be reached is counted, and counts as silent. */
  readonly broadcast: (task: TaskRecord, round: number, message: SeatMessage) => void;
  /** Sends the commits of round 0 to a seat's substitute: they went to the drawn operator before it declined. */
  readonly bringUpToDate: (task: TaskRecord, seat: number) => void;
  /** Hands over what arrived before the round was seated, or before its substitutes were. */
  readonly release: (task: TaskRecord, round: number) => Promise<void>;
}

/** What a message is to the task's machine, or why it is none of the round's. A verdict is about the task. */
export const eventOfMessage = (
  { domain, secp256k1 }: Pick<EngineDeps, 'domain' | 'secp256k1'>,
  params: RoundParams,
  message: SeatMessage,
): TaskEvent | SeatMessageRejection => {
  const checked = validateSeatMessage({ domain, secp256k1, params, message });
  if (typeof checked === 'string') return checked;
  return checked.type === 'verdict-vote'
    ? { type: 'verdict-vote', vote: checked }
    : { type: 'round', round: params.round, event: { type: 'message', message: checked } };
};

/** The round as it would be with a seat's substitute in it. */
const withSubstitute = ({ params, firstDraw }: Seating, seat: number): RoundParams | undefined => {
  const substitute = firstDraw?.substitutes[seat];
  return substitute === undefined ? undefined : { ...params, seats: params.seats.with(seat, substitute) };
};

const isSubstitute = ({ operator }: EngineDeps, { firstDraw }: Seating): boolean =>
  firstDraw?.substitutes.some((substitute) => substitute.operator === operator?.address) ?? false;

/** The committee's direct streams: receives, checks, parks and feeds seat messages to their round. */
export const createCommitteeMessages = (
  deps: EngineDeps,
  { tasks, driver, signal }: { readonly tasks: Tasks; readonly driver: Driver; readonly signal: AbortSignal },
): CommitteeMessages => {
  const { meter } = deps;
  const parking = createParking<RoundKey, SeatMessage>();
  const seen = createSeenMessages();
  /** Commits of round 0 that we sent, own and relayed: few, and small. */
  const commits = new WeakMap<TaskRecord, Uint8Array[]>();

  const park = (message: SeatMessage, from: string, sizeBytes: number): void => {
    const { taskId, round } = dutyOf(message);
    const forgotten = parking.park({ key: roundKeyOf(taskId, round), value: message, from, sizeBytes });
    if (forgotten > 0) meter.count('mlb_dropped_total', { queue: 'parked-frames' }, forgotten);
  };

  /** A substitute speaks before we have heard that the drawn seat declined. */
  const isOfSubstitute = (seating: Seating, message: SeatMessage): boolean => {
    const params = withSubstitute(seating, dutyOf(message).seat);
    return params !== undefined && typeof eventOfMessage(deps, params, message) !== 'string';
  };

  const receive = async (
    task: TaskRecord,
    seating: Seating,
    { message, from, sizeBytes }: { readonly message: SeatMessage; readonly from: string; readonly sizeBytes: number },
  ): Promise<void> => {
    const { params } = seating;
    // Whoever may yet become a substitute hears what the committee says to it before it knows that it is one.
    if (params.mySeat === undefined) return isSubstitute(deps, seating) ? park(message, from, sizeBytes) : undefined;
    // Judged behind what the task is doing: a decline before it may have given the seat to somebody else.
    await driver.consider(task, async () => {
      const current = task.seatings.get(params.round);
      if (current === undefined || seen.has(task, message)) return [];
      const event = eventOfMessage(deps, current.params, message);
      if (typeof event !== 'string') {
        seen.add(task, message);
        return [event];
      }
      if (event === 'BAD_SIGNATURE' && isOfSubstitute(current, message)) park(message, from, sizeBytes);
      else meter.count('mlb_rejections_total', { source: 'seat', code: event });
      return [];
    });
  };

  deps.streams.handle(COMMITTEE_PROTOCOL, async (frame, from) => {
    let message: SeatMessage;
    try {
      message = decodeSeatMessage(frame);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      return meter.count('mlb_rejections_total', { source: 'seat', code: error.code });
    }
    const { taskId, round } = dutyOf(message);
    if (!isRound(round)) return meter.count('mlb_rejections_total', { source: 'seat', code: 'UNKNOWN_TASK' });
    const task = tasks.get(taskId);
    const seating = task?.seatings.get(round);
    if (task === undefined || seating === undefined) park(message, from, frame.length);
    else await receive(task, seating, { message, from, sizeBytes: frame.length });
  });

  /** A seat that restarts in the middle of a round is there again some seconds later. */
  const sendTo = async (task: TaskRecord, seating: Seating, peer: string, frame: Uint8Array): Promise<void> => {
    const { timing, round } = seating.params;
    const isOver = (): boolean =>
      task.certificates.has(round) || task.seatings.get(round)?.seedBlock !== seating.seedBlock;
    const isSent = await persist(
      () => {
        const bounded = AbortSignal.any([signal, AbortSignal.timeout(timing.roundMs)]);
        return deps.streams.send(peer, COMMITTEE_PROTOCOL, frame, bounded);
      },
      {
        ...{ clock: deps.clock, signal, isOver, firstWaitMs: FIRST_WAIT_MS, maxWaitMs: MAX_WAIT_MS },
        onFailure: (error) => deps.log.debug({ peer, error: String(error) }, 'a seat could not be reached'),
      },
    );
    if (!isSent) meter.count('mlb_dropped_total', { queue: 'seat-unreachable' });
  };

  return {
    broadcast: (task, round, message) => {
      const seating = task.seatings.get(round);
      if (seating === undefined) return;
      const frame = encodeSeatMessage(message);
      if (round === 0 && message.type === 'commit') commits.set(task, [...(commits.get(task) ?? []), frame]);
      for (const [seat, peer] of seating.peers.entries()) {
        if (seat !== seating.params.mySeat) void sendTo(task, seating, peer, frame);
      }
    },
    bringUpToDate: (task, seat) => {
      const seating = task.seatings.get(0);
      const peer = seating?.peers[seat];
      if (seating === undefined || peer === undefined || seat === seating.params.mySeat) return;
      for (const frame of commits.get(task) ?? []) void sendTo(task, seating, peer, frame);
    },
    release: async (task, round) => {
      const seating = task.seatings.get(round);
      if (seating === undefined) return;
      for (const parked of parking.take(roundKeyOf(task.taskId, round))) {
        const { value: message, from, sizeBytes } = parked;
        await receive(task, seating, { message, from, sizeBytes });
      }
    },
  };
};
