import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  createTaskMachine,
  type OwnResult,
  restoreTask,
  resultDigestOf,
  resultHashOf,
  type SeatMessage,
  type TaskEffect,
  type TaskEvent,
  type Verified,
  ZERO_BYTES32,
} from '../../src/index.ts';
import { executionOf, outputBytes, signSeatMessage } from '../sim/committee.ts';
import {
  type Bench,
  certified,
  certify,
  createBench,
  declineOf,
  dissentOf,
  feed,
  namesOf,
  notAudited,
  poolOf,
  roundFailOf,
  seated,
  seatsOf,
  timer,
} from './bench.ts';

const pool = poolOf();
const result: OwnResult = executionOf(2, outputBytes([1]));
const executed = (round: number, own = result): TaskEvent => ({
  ...{ type: 'round', round },
  event: { type: 'executed', result: own },
});

/** The messages behind the `sign` effects, as the shell would sign them. */
const signedIn = (effects: readonly TaskEffect[], round: number, seat: number): readonly Verified<SeatMessage>[] =>
  effects.flatMap((effect) =>
    effect.type === 'round' && effect.effect.type === 'sign'
      ? [signSeatMessage(seatsOf(pool, round), seat, effect.effect.unsigned)]
      : [],
  );

const restored = (events: readonly TaskEvent[], rounds: Parameters<typeof restoreTask>[1]['rounds']) => {
  const step = restoreTask(pool.params, { rounds, events });
  const bench: Bench = { pool, state: step.state, effects: [] };
  return { bench, effects: step.effects };
};

test('a new task asks for the seats of round 0, and a restored one only for what it lacks', () => {
  assert.deepEqual(namesOf(createTaskMachine(pool.params).effects), ['open-round 0']);
  assert.deepEqual(namesOf(restored([], []).effects), ['open-round 0']);
  assert.deepEqual(namesOf(restored([seated(pool, 0)], []).effects), []);
  assert.deepEqual(namesOf(restored([seated(pool, 0, 1)], []).effects), ['execute 0']);
});

test('a result that was persisted but not signed is committed to again, with the same commit', () => {
  const bench = createBench(pool);
  feed(bench, seated(pool, 0, 2));
  const first = feed(bench, executed(0));
  const { effects } = restored([seated(pool, 0, 2)], [{ round: 0, memory: { result, signedOwn: [] } }]);
  assert.deepEqual(namesOf(effects), ['sign commit']);
  assert.deepEqual(signedIn(effects, 0, 2), signedIn(first, 0, 2));
});

test('a commit that was signed in a later round is not signed again, whatever the shell salts now', () => {
  const bench = createBench(pool);
  feed(bench, seated(pool, 0, 2), executed(0), timer(0, 'round'));
  assert.deepEqual(namesOf(feed(bench, seated(pool, 1, 2))), ['recommit 1']);
  const again = executionOf(2, outputBytes([1]), 1);
  const signedOwn = signedIn(feed(bench, executed(1, again)), 1, 2);
  assert.equal(signedOwn.length, 1);
  const { bench: second, effects } = restored(
    [seated(pool, 0, 2), roundFailOf(pool, 0, 2), seated(pool, 1, 2)],
    [
      { round: 0, memory: { result, signedOwn: [] } },
      { round: 1, memory: { result: again, signedOwn } },
    ],
  );
  assert.ok(!namesOf(effects).includes('recommit 1'));
  assert.deepEqual(namesOf(feed(second, executed(1, executionOf(2, outputBytes([1]), 2)))), []);
});

test('a substitute that restarts holds its seat and what it signed there', () => {
  const bench = createBench(pool);
  feed(bench, seated(pool, 0), declineOf(pool, 2, 2));
  const committee = seatsOf(pool, 0, [2]);
  const [commit] = feed(bench, executed(0)).flatMap((effect) =>
    effect.type === 'round' && effect.effect.type === 'sign'
      ? [signSeatMessage(committee, 2, effect.effect.unsigned)]
      : [],
  );
  assert.ok(commit);
  const memory = { result, signedOwn: [commit] };
  const { bench: second, effects } = restored([seated(pool, 0), declineOf(pool, 2, 2)], [{ round: 0, memory }]);
  assert.deepEqual(namesOf(effects), []);
  assert.equal(second.state.rounds.get(0)?.params.mySeat, 2);
  assert.deepEqual(namesOf(feed(second, executed(0, executionOf(2, outputBytes([1]), 9)))), []);
});

test('what was said before is not said again: dissents and round fails', () => {
  const certificate = certify(pool, 0);
  const dissent = dissentOf(pool, 2, certificate);
  const disputed = restored([seated(pool, 0, 2), certified(certificate), dissent], []);
  assert.deepEqual(namesOf(disputed.effects), ['disputed 0', 'open-round 1']);
  const failed = restored([seated(pool, 0, 2), roundFailOf(pool, 0, 2)], []);
  assert.deepEqual(namesOf(feed(failed.bench, timer(0, 'round'))), ['open-round 1']);
});

test('a restored dispute does not settle', () => {
  const certificate = certify(pool, 0);
  const events = [seated(pool, 0), certified(certificate), dissentOf(pool, 2, certificate), notAudited];
  const { bench } = restored(events, []);
  assert.deepEqual(namesOf(feed(bench, timer(0, 'settle'))), []);
});

test('what opens a certificate is kept over a restart, and goes to the seats of the next round after their lock', () => {
  const agreed = { blind: ZERO_BYTES32, output: outputBytes([1]) };
  const resultDigest = resultDigestOf(pool.params.taskId, agreed.blind, resultHashOf(agreed.output));
  const mine = certify(pool, 0, { digest: resultDigest });
  const other = certify(pool, 0, { value: 'of another digest' });
  for (const [certificate, opened] of [
    [mine, agreed],
    [other, undefined],
  ] as const) {
    const memory = { result, signedOwn: [], agreed };
    const { effects } = restored([seated(pool, 0, 2), certified(certificate)], [{ round: 0, memory }]);
    const told = effects.flatMap((effect) =>
      effect.type === 'round' && effect.effect.type === 'certified' ? [effect.effect.agreed] : [],
    );
    assert.deepEqual(told, [opened]);
  }
});
