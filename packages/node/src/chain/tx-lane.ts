import type { Address, Hex } from '@mlb/protocol';
import type { Clock } from '../port/clock.ts';
import {
  countNonceTaken,
  NEW_TRACE,
  nextSendStep,
  type Observation,
  type SendPolicy,
  type SendStep,
  type Trace,
  type TxEntry,
  type TxOutcome,
} from './send-state.ts';
import type { TxJournal } from './tx-journal.ts';
import { NO_ETHER, type TxWire } from './tx-wire.ts';

export interface TxRequest {
  /** Names the logical transaction, for example `batch:12`: one key is mined once, whatever crashes in between. */
  readonly key: string;
  readonly to: Address;
  readonly data: Hex;
  readonly valueWei?: bigint;
}

export interface TxLane {
  readonly request: (request: TxRequest, signal?: AbortSignal) => Promise<TxOutcome>;
  readonly pending: () => readonly TxEntry[];
  /** One look at everything. Never two at a time. Throws ChainError, StoreError: look again later. */
  readonly pass: () => Promise<void>;
}

interface Flight {
  entry: TxEntry;
  trace: Trace;
}

interface Waiting {
  readonly request: TxRequest;
  readonly resolve: (outcome: TxOutcome) => void;
}

/** A finished entry keeps what finds its receipt again; its bytes are not needed any more. */
const slim = (entry: TxEntry, outcome: TxOutcome): TxEntry => ({
  ...entry,
  data: '0x',
  attempts: entry.attempts.map((attempt) => ({ ...attempt, raw: '0x' })),
  outcome,
});

export const createTxLane = ({
  wire,
  journal,
  clock,
  policy,
}: {
  readonly wire: TxWire;
  readonly journal: TxJournal;
  readonly clock: Clock;
  readonly policy: SendPolicy;
}): TxLane => {
  const flights = new Map<string, Flight>();
  let waiting: readonly Waiting[] = [];
  let isResumed = false;

  const resume = async (): Promise<void> => {
    if (isResumed) return;
    for (const entry of await journal.unfinished()) flights.set(entry.key, { entry, trace: NEW_TRACE });
    isResumed = true;
  };

  const settle = (key: string, outcome: TxOutcome): void => {
    const isDone = (one: Waiting): boolean => one.request.key === key;
    const done = waiting.filter(isDone);
    waiting = waiting.filter((one) => !isDone(one));
    for (const { resolve } of done) resolve(outcome);
  };

  const finish = async (flight: Flight, outcome: TxOutcome): Promise<void> => {
    await journal.put(slim(flight.entry, outcome));
    flights.delete(flight.entry.key);
    settle(flight.entry.key, outcome);
  };

  const broadcast = async (flight: Flight): Promise<void> => {
    const raw = flight.entry.attempts.at(-1)?.raw;
    if (raw === undefined) return;
    const result = await wire.broadcast(raw);
    if (result === 'underpriced') flight.trace = { ...flight.trace, isUnderpriced: true };
    if (result !== 'nonce-too-low') return;
    const [step, trace] = countNonceTaken(flight.entry, flight.trace);
    flight.trace = trace;
    if (step.type === 'finish') await finish(flight, step.outcome);
  };

  /** Another attempt with the same nonce: in the journal first, then on the wire. */
  const bump = async (flight: Flight): Promise<void> => {
    const attempt = await wire.sign(flight.entry, flight.entry.attempts.at(-1));
    if (attempt !== undefined) {
      const entry = { ...flight.entry, attempts: [...flight.entry.attempts, attempt] };
      await journal.put(entry);
      flight.entry = entry;
    }
    await broadcast(flight);
  };

  const observe = async ({ entry }: Flight): Promise<Observation> => {
    const inclusion = await wire.findInclusion(entry.attempts);
    const last = entry.attempts.at(-1);
    return {
      nowMs: clock.nowMs(),
      inclusion,
      accountNonce: await wire.accountNonce(),
      isInPool: inclusion !== undefined || (last !== undefined && (await wire.isInPool(last.hash))),
    };
  };

  const perform = (flight: Flight, step: SendStep): Promise<void> => {
    switch (step.type) {
      case 'wait':
        return Promise.resolve();
      case 'finish':
        return finish(flight, step.outcome);
      case 'rebroadcast':
        return broadcast(flight);
      case 'bump':
        return bump(flight);
    }
  };

  const advance = async (flight: Flight): Promise<void> => {
    const [step, trace] = nextSendStep(flight.entry, flight.trace, await observe(flight), policy);
    flight.trace = trace;
    try {
      await perform(flight, step);
    } catch (cause) {
      // It may not have been on the wire: the next look sends at once.
      flight.trace = { ...flight.trace, sentAtMs: undefined };
      throw cause;
    }
  };

  const freeNonce = async (): Promise<number> => {
    const ours = [...flights.values()].map(({ entry }) => entry.nonce + 1);
    return Math.max(await wire.accountNonce(), ...ours);
  };

  const launch = async ({ key, to, data, valueWei = 0n }: TxRequest, past: TxEntry | undefined): Promise<void> => {
    const gas = await wire.estimateGas({ to, data, valueWei });
    if (typeof gas !== 'bigint') return settle(key, gas);
    // What a reorg took out keeps its nonce: the old bytes may still be in a pool, and one nonce is mined once.
    const nonce = past?.nonce ?? (await freeNonce());
    const entry = { key, to, data, valueWei, gas, nonce };
    const attempt = await wire.sign(entry, past?.attempts.at(-1));
    if (attempt === undefined) return;
    if ((await wire.balanceWei()) < gas * attempt.maxFeeWei + valueWei) return settle(key, NO_ETHER);
    const flight = {
      entry: { ...entry, attempts: [...(past?.attempts ?? []), attempt], outcome: undefined },
      trace: NEW_TRACE,
    };
    await journal.put(flight.entry);
    flights.set(key, flight);
    await broadcast(flight);
    flight.trace = { ...flight.trace, sentAtMs: clock.nowMs() };
  };

  /** A key with a past: its outcome if it still stands, else another try. */
  const admit = async (request: TxRequest): Promise<void> => {
    const past = await journal.get(request.key);
    if (past?.outcome?.type !== 'mined') return launch(request, undefined);
    const inclusion = await wire.findInclusion(past.attempts);
    if (inclusion !== undefined) return settle(request.key, inclusion.outcome);
    const isNonceFree = (await wire.accountNonce()) <= past.nonce;
    return launch(request, isNonceFree ? past : undefined);
  };

  return {
    request: (request, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) return reject(signal.reason);
        const one: Waiting = { request, resolve };
        waiting = [...waiting, one];
        signal?.addEventListener('abort', () => {
          waiting = waiting.filter((other) => other !== one);
          reject(signal.reason);
        });
      }),
    pending: () => [...flights.values()].map(({ entry }) => entry),
    pass: async () => {
      await resume();
      for (const flight of [...flights.values()]) await advance(flight);
      for (const one of waiting) {
        // A neighbour with the same key may have settled it meanwhile.
        if (waiting.includes(one) && !flights.has(one.request.key)) await admit(one.request);
      }
    },
  };
};
