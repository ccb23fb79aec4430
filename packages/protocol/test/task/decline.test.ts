import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  COMMIT,
  isOpenForDeclines,
  LOCK_VOTE,
  type SeatMessage,
  type Verified,
  ZERO_BYTES32,
} from '../../src/index.ts';
import { executionOf, outputBytes, signBody } from '../sim/committee.ts';
import {
  certified,
  certify,
  createBench,
  declineOf,
  feed,
  namesOf,
  notAudited,
  poolOf,
  seated,
  seatsOf,
  timer,
} from './bench.ts';

const pool = poolOf();
const { taskId } = pool.params;

const commitOf = (seat: number): Verified<SeatMessage> => {
  const body = { taskId, round: 0, seat, commitHash: ZERO_BYTES32, blindShare: ZERO_BYTES32 };
  return {
    type: 'commit',
    commit: signBody(seatsOf(pool, 0), { seat, schema: COMMIT, body }),
  } as Verified<SeatMessage>;
};
const message = (of: Verified<SeatMessage>) =>
  ({ type: 'round', round: 0, event: { type: 'message', message: of } }) as const;

test('a substitute takes the seat, its exec timer and the execution', () => {
  const bench = createBench(pool);
  feed(bench, seated(pool, 0));
  const effects = feed(bench, declineOf(pool, 2, 2));
  assert.deepEqual(effects[0], {
    ...{ type: 'round', round: 0 },
    effect: { type: 'start-timer', timer: 'exec', delayMs: pool.params.timing.execMs },
  });
  assert.deepEqual(namesOf(effects), ['execute 0']);
  const { seats, mySeat } = bench.state.rounds.get(0)?.params ?? assert.fail();
  assert.deepEqual([mySeat, seats[2]], [2, pool.operators[6]]);
});

test('a decline that comes before the beacon counts when the round is seated', () => {
  const bench = createBench(pool);
  assert.deepEqual(namesOf(feed(bench, declineOf(pool, 1, 1), seated(pool, 0))), ['execute 0']);
  assert.deepEqual(bench.state.rounds.get(0)?.params.seats[1], pool.operators[5]);
});

test('whoever declines only looks on, and commits to nothing', () => {
  const bench = createBench(pool);
  feed(bench, seated(pool, 0, 3), declineOf(pool, 3));
  assert.equal(bench.state.rounds.get(0)?.params.mySeat, undefined);
  const result = executionOf(3, outputBytes([1]));
  assert.deepEqual(namesOf(feed(bench, { type: 'round', round: 0, event: { type: 'executed', result } })), []);
});

test('a decline is worth nothing after a commit of the seat, or after a certificate', () => {
  const committed = createBench(pool);
  feed(committed, seated(pool, 0), message(commitOf(2)));
  const agreed = createBench(pool);
  feed(agreed, seated(pool, 0), certified(certify(pool, 0)));
  for (const bench of [committed, agreed]) {
    assert.deepEqual(feed(bench, declineOf(pool, 2, 2)), []);
    assert.deepEqual(bench.state.rounds.get(0)?.params.seats[2], pool.operators[2]);
  }
});

test('a decline is worth nothing once round 0 is over or another round is seated: its seats were drawn without it', () => {
  const failed = createBench(pool);
  feed(failed, seated(pool, 0), timer(0, 'round'));
  const next = createBench(pool);
  feed(next, seated(pool, 0), seated(pool, 1));
  for (const bench of [failed, next]) {
    assert.ok(!isOpenForDeclines(bench.state));
    assert.deepEqual(feed(bench, declineOf(pool, 2, 2)), []);
    assert.deepEqual(bench.state.rounds.get(0)?.params.seats[2], pool.operators[2]);
  }
  feed(failed, seated(pool, 1), certified(certify(pool, 1)));
  const [settleable] = feed(failed, timer(1, 'settle'));
  assert.deepEqual(settleable?.type === 'settleable' && settleable.declines, []);
});

test('a task settles with the declines that its union was drawn with, and no others', () => {
  const bench = createBench(pool);
  const plain = seatsOf(pool, 1).params.seats;
  // Somebody drew round 1 without the decline that this machine holds.
  feed(bench, seated(pool, 0), declineOf(pool, 2), timer(0, 'round'));
  feed(bench, { type: 'seated', round: 1, seats: plain, mySeat: undefined }, certified(certify(pool, 1)));
  const [settleable] = feed(bench, timer(1, 'settle'));
  assert.deepEqual(settleable?.type === 'settleable' && settleable.declines, []);
});

test('a second decline of a seat, and one of a later round, change nothing', () => {
  const bench = createBench(pool);
  feed(bench, seated(pool, 0), declineOf(pool, 2));
  const before = bench.state;
  const again = declineOf(pool, 2, 2);
  assert.ok(again.type === 'decline');
  const later = {
    ...again,
    decline: { ...again.decline, body: { ...again.decline.body, seat: 1, round: 1 } },
  } as never;
  assert.deepEqual(feed(bench, again, later), []);
  assert.equal(bench.state, before);
});

test('what the drawn operator said on its seat is not its substitute’s', () => {
  const bench = createBench(pool);
  const body = { taskId, round: 0, seat: 2, lockRoot: ZERO_BYTES32 };
  const lockVote = signBody(seatsOf(pool, 0), { seat: 2, schema: LOCK_VOTE, body });
  const other = signBody(seatsOf(pool, 0, [2]), { seat: 2, schema: LOCK_VOTE, body: { ...body, lockRoot: taskId } });
  const voteOf = (signed: typeof lockVote) =>
    message({ type: 'lock-vote', lockVote: signed, lockedSeats: 0n } as Verified<SeatMessage>);
  feed(bench, seated(pool, 0), voteOf(lockVote), declineOf(pool, 2));
  const effects = feed(bench, voteOf(other));
  assert.ok(!effects.some((effect) => effect.type === 'round' && effect.effect.type === 'evidence'));
});

test('a settled task shows its declines, ascending by seat', () => {
  const bench = createBench(pool);
  feed(bench, declineOf(pool, 3), declineOf(pool, 0), seated(pool, 0));
  const committee = seatsOf(pool, 0, [0, 3]);
  feed(bench, certified(certify(pool, 0, { committee })), notAudited);
  const [settleable] = feed(bench, timer(0, 'settle'));
  assert.ok(settleable?.type === 'settleable');
  assert.deepEqual(
    settleable.declines.map(({ seat }) => seat),
    [0, 3],
  );
});
