import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AUDIT_ROUND, type TaskEvent } from '../../src/index.ts';
import {
  audited,
  type Bench,
  certified,
  certify,
  createBench,
  dissentOf,
  feed,
  poolOf,
  roundFailOf,
  seated,
  timer,
} from './bench.ts';

const SEED = Number(process.env.MLB_SEED ?? 20_260_726);
const pool = poolOf(3);

/** What an observer may hear of a task whose rounds are all seated, between two timers. */
const heard = (): readonly TaskEvent[] => {
  const first = certify(pool, 0);
  const second = certify(pool, 1, { signers: [0, 1, 2, 3, 4, 5, 6] });
  const grown = certify(pool, 1, { signers: [2, 3, 4, 5, 6, 7, 8, 9] });
  return [
    certified(first),
    certified(second),
    certified(grown),
    dissentOf(pool, 2, first),
    dissentOf(pool, 1, first, { reason: 1 }),
    roundFailOf(pool, 2, 4),
    roundFailOf(pool, 2, 5),
    roundFailOf(pool, 0, 1),
  ];
};

const start = (): Bench => {
  const bench = createBench(pool);
  feed(bench, seated(pool, 0), seated(pool, 1), seated(pool, 2));
  return bench;
};

/** A node's end, apart from the order in which things became known. */
const endOf = ({ state }: Bench) => {
  const sorted = <V>(map: ReadonlyMap<unknown, V>) => [...map].sort(([a], [b]) => String(a).localeCompare(String(b)));
  return {
    certificates: sorted(state.rounds).map(([round, seatedRound]) => [round, seatedRound.state.certificate?.statement]),
    signers: sorted(state.rounds).map(([, { state: facts }]) => facts.certificate?.signatures.map(({ seat }) => seat)),
    dissents: sorted(state.dissents).map(([place]) => place),
    roundFails: sorted(state.roundFails).map(([place]) => place),
    done: [...state.done].sort(),
    isRefunded: state.isRefunded,
  };
};

const EVENTS = heard();

test('what an observer hears in any order, any number of times, ends in the same state (I6, I7)', () => {
  const expected = start();
  feed(expected, ...EVENTS);
  feed(expected, timer(1, 'settle'));
  fc.assert(
    fc.property(fc.shuffledSubarray([...EVENTS, ...EVENTS], { minLength: 2 * EVENTS.length }), (events) => {
      const bench = start();
      feed(bench, ...events);
      feed(bench, timer(1, 'settle'));
      const { done, ...end } = endOf(bench);
      const { done: expectedDone, ...expectedEnd } = endOf(expected);
      assert.deepEqual(end, expectedEnd);
      // What was asked for on the way may differ (a dispute that round 1 had decided already); the decision may not.
      const settled = (names: readonly string[]) => names.filter((name) => name.startsWith('settleable'));
      assert.deepEqual(settled(done), settled(expectedDone));
    }),
    { seed: SEED, numRuns: 60 },
  );
});

test('an event that was already heard changes no state and has no effect', () => {
  const bench = createBench(pool);
  const events = [
    seated(pool, 0, 1),
    seated(pool, 1, 1),
    seated(pool, 2),
    ...EVENTS,
    { type: 'unseatable', round: AUDIT_ROUND } as const,
    audited,
    timer(1, 'settle'),
    timer(2, 'round'),
  ];
  feed(bench, ...events);
  const before = bench.state;
  for (const event of events) assert.deepEqual(feed(bench, event), [], event.type);
  assert.deepEqual(bench.state, before);
});
