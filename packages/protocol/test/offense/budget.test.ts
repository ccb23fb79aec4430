import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  closeInactivityWindow,
  countDecline,
  countDuty,
  type DowntimePenalty,
  didSplit,
  EMPTY_ERROR_LOG,
  ERROR_WINDOW_DUTIES,
  type Inactivity,
  isBeyondErrorBudget,
  logDuty,
  NEW_MODEL_RECORD,
  NO_INACTIVITY,
  recordModelTask,
  type Seat,
  type SeatJudgement,
  standingOf,
} from '../../src/index.ts';
import { rowOf } from '../fixture/network.ts';

const logOf = (duties: readonly boolean[]) => duties.reduce(logDuty, EMPTY_ERROR_LOG);

test('two errors are free from the start, a third one only after 500 duties', () => {
  assert.equal(isBeyondErrorBudget(logOf([true, true])), false);
  assert.equal(isBeyondErrorBudget(logOf([true, true, true])), true);
  const good = Array.from({ length: 497 }, () => false);
  assert.equal(isBeyondErrorBudget(logOf([...good.slice(1), true, true, true])), true);
  assert.equal(isBeyondErrorBudget(logOf([...good, true, true, true])), false);
});

test('an old operator has no larger budget than the window allows: twelve errors', () => {
  const old = Array.from({ length: 9000 }, () => false);
  const errors = (count: number) => Array.from({ length: count }, () => true);
  assert.equal(isBeyondErrorBudget(logOf([...old, ...errors(12)])), false);
  assert.equal(isBeyondErrorBudget(logOf([...old, ...errors(13)])), true);
});

test('the budget is what the last 5000 duties say, as if they were kept one by one', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 2500 }), { maxLength: 12 }), (gaps) => {
      const duties = gaps.flatMap((gap) => [...Array.from({ length: gap }, () => false), true]);
      const log = logOf(duties);
      const window = duties.slice(-ERROR_WINDOW_DUTIES);
      const errors = window.filter((isFaulty) => isFaulty).length;
      assert.equal(isBeyondErrorBudget(log), errors > 2 + window.length / 500);
      assert.equal(log.dutyCount, duties.length);
    }),
    { numRuns: 60 },
  );
});

/** Days of (duties, misses) as the penalties they end in. */
const penaltiesOf = (days: readonly (readonly [day: number, duties: number, misses: number])[]): DowntimePenalty[] => {
  let state: Inactivity = NO_INACTIVITY;
  const penalties: DowntimePenalty[] = [];
  for (const [day, duties, misses] of [...days, [99_999, 0, 0] as const]) {
    const closed = closeInactivityWindow(state, day);
    penalties.push(closed.penalty);
    state = closed.state;
    for (let i = 0; i < duties; i += 1) state = countDuty(state, i < misses);
  }
  return penalties.slice(1);
};

test('a day of downtime jails, a second one within 7 days slashes, a later one jails again', () => {
  assert.deepEqual(
    penaltiesOf([
      [10, 20, 15],
      [17, 40, 30],
      [25, 20, 20],
    ]),
    [{ type: 'jail' }, { type: 'slash', bps: 1000 }, { type: 'jail' }],
  );
});

test('half of the duties missed, or fewer than 20 duties, is no downtime', () => {
  assert.deepEqual(
    penaltiesOf([
      [10, 20, 10],
      [11, 19, 19],
    ]),
    [{ type: 'none' }, { type: 'none' }],
  );
});

test('a window closes once, and an earlier day does not close it', () => {
  const state: Inactivity = { day: 10, duties: 30, misses: 30, declines: 0, lastDownDay: undefined };
  assert.deepEqual(closeInactivityWindow(state, 10), { state, penalty: { type: 'none' } });
  assert.deepEqual(closeInactivityWindow(state, 9), { state, penalty: { type: 'none' } });
  const closed = closeInactivityWindow(state, 11);
  assert.deepEqual(closed, {
    state: { day: 11, duties: 0, misses: 0, declines: 0, lastDownDay: 10 },
    penalty: { type: 'jail' },
  });
});

test('a decline is free for one duty in ten, every further one is a miss', () => {
  const serve = (state: Inactivity, duties: number): Inactivity =>
    Array.from({ length: duties }, () => false).reduce(countDuty, state);
  const first = countDecline(NO_INACTIVITY);
  assert.deepEqual(first, {
    state: { day: 0, duties: 1, misses: 0, declines: 1, lastDownDay: undefined },
    isMiss: false,
  });
  assert.equal(countDecline(first.state).isMiss, true);
  assert.equal(countDecline(serve(first.state, 8)).isMiss, true);
  assert.equal(countDecline(serve(first.state, 9)).isMiss, false);
});

test('whoever declines all duties of a day has a day of downtime', () => {
  let state: Inactivity = { ...NO_INACTIVITY, day: 3 };
  for (let duty = 0; duty < 40; duty += 1) state = countDecline(state).state;
  assert.equal(closeInactivityWindow(state, 4).penalty.type, 'jail');
});

test('a sixth split in a hundred tasks puts a model in quarantine, for good', () => {
  const after = (splits: readonly boolean[]) => splits.reduce(recordModelTask, NEW_MODEL_RECORD);
  const bad = (count: number) => Array.from({ length: count }, () => true);
  const good = (count: number) => Array.from({ length: count }, () => false);
  assert.equal(after([...bad(5), ...good(95)]).isQuarantined, false);
  assert.equal(after([...bad(6)]).isQuarantined, true);
  assert.equal(after([...bad(5), ...good(94), ...bad(1)]).isQuarantined, true);
  assert.equal(after([...bad(5), ...good(95), ...bad(1)]).isQuarantined, false);
  assert.equal(after([...bad(6), ...good(600)]).isQuarantined, true);
});

test('a model in tolerance mode is young for 500 tasks; one in exact mode is proven from the first', () => {
  const served = Array.from({ length: 499 }, () => false).reduce(recordModelTask, NEW_MODEL_RECORD);
  assert.equal(standingOf(served, 'tolerance'), 'young');
  assert.equal(standingOf(recordModelTask(served, false), 'tolerance'), 'proven');
  assert.equal(standingOf({ ...served, taskCount: 900, isQuarantined: true }, 'tolerance'), 'quarantined');
  assert.equal(standingOf(NEW_MODEL_RECORD, 'exact'), 'proven');
});

/** Round 0 by a letter a seat: agreeing, gross, silent, withheld, or a signer of an overturned certificate. */
const roundOf = (letters: string): readonly (Seat & SeatJudgement)[] =>
  [...letters].map((letter, i) => ({
    operator: rowOf(i).operator,
    sessionKey: rowOf(i).sessionKey,
    weight: 1n,
    finding: ({ a: 'agreeing', s: 'silent', w: 'withheld' } as const)[letter] ?? 'gross',
    isOverturnedSigner: letter === 'o',
  }));

test('a round splits when a quorum revealed and no value had 70 %: not by silence, hidden reveals or a wrong certificate', () => {
  assert.deepEqual(
    ['aagg', 'gggg', 'aags', 'aaag', 'aass', 'aagw', 'aaww', 'oooa', 'aaaa', 'oogg'].filter((round) =>
      didSplit(roundOf(round)),
    ),
    ['aagg', 'gggg', 'aags', 'aagw', 'oogg'],
  );
});
