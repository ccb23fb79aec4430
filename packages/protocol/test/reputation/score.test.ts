import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type DutyOutcome,
  isScoreEligible,
  NEW_SCORE,
  NEWCOMER_REPUTATION_BPS,
  reputationBpsOf,
  SCORE_ONE,
  type Score,
  scoreAfterDuty,
  scoreAfterIdleDays,
} from '../../src/index.ts';

const after = (outcomes: readonly DutyOutcome[], start: Score = NEW_SCORE): Score =>
  outcomes.reduce(scoreAfterDuty, start);
const times = (count: number, outcome: DutyOutcome): DutyOutcome[] => Array.from({ length: count }, () => outcome);

const outcome = fc.constantFrom<DutyOutcome>('good', 'wrong', 'withheld', 'miss');
/** Reached by duties only: long runs of one outcome too. */
const score = fc
  .array(fc.tuple(outcome, fc.integer({ min: 1, max: 3000 })), { maxLength: 5 })
  .map((runs) => runs.reduce((state, [kind, count]) => after(times(count, kind), state), NEW_SCORE));

test('a newcomer has the reputation that the registry gives it, and may be drawn', () => {
  assert.equal(reputationBpsOf(NEW_SCORE), NEWCOMER_REPUTATION_BPS);
  assert.equal(isScoreEligible(NEW_SCORE), true);
});

test('golden scores: one of each outcome, and the good operator of T13', () => {
  const mixed = after(['good', 'good', 'miss', 'wrong', 'good', 'withheld']);
  assert.deepEqual(mixed, { good: 196_292, bad: 133_055 });
  assert.equal(reputationBpsOf(mixed), 3368);
  assert.deepEqual(after(times(274, 'good')), { good: 16_811_445, bad: 0 });
  assert.equal(reputationBpsOf(after(times(273, 'good'))), 7498);
  assert.equal(reputationBpsOf(after(times(274, 'good'))), 7502);
});

test('one wrong result outweighs 64 good ones, a withheld one weighs the same, a miss a 32nd', () => {
  const bad = after(['wrong']);
  assert.deepEqual(after(['withheld']), bad);
  assert.equal(bad.bad, 32 * after(['miss']).bad);
  // The same odds as 64 good duties against: w = (K/2) / (K + 64).
  assert.equal(reputationBpsOf(bad), Math.floor((128 * 10_000) / (256 + 64)));
});

test('no amount of good duties makes anyone certain, and no amount of bad ones less than 0.1', () => {
  assert.equal(reputationBpsOf(after(times(30_000, 'good'))), 9444);
  assert.equal(reputationBpsOf(after(times(30_000, 'wrong'))), 1000);
});

test('an operator that lies in one of twenty duties is not drawn any more', () => {
  const outcomes = Array.from({ length: 2000 }, (_, i): DutyOutcome => (i % 20 === 19 ? 'wrong' : 'good'));
  assert.equal(isScoreEligible(after(outcomes)), false);
});

test('scores stay in 28 bits and reputation in [1000, 10000], whatever happens', () => {
  fc.assert(
    fc.property(score, fc.nat(5000), (state, days) => {
      for (const value of [state, scoreAfterIdleDays(state, days)]) {
        const bps = reputationBpsOf(value);
        assert.ok(Number.isInteger(bps) && bps >= 1000 && bps <= 10_000);
        assert.ok([value.good, value.bad].every((q) => Number.isInteger(q) && q >= 0 && q <= 2 ** 27 + SCORE_ONE));
      }
    }),
    { numRuns: 100 },
  );
});

test('a good duty never lowers the reputation of who was never bad, and a wrong one never raises it', () => {
  fc.assert(
    fc.property(score, fc.nat(4000), (state, goods) => {
      assert.ok(reputationBpsOf(scoreAfterDuty(state, 'wrong')) <= reputationBpsOf(state));
      const spotless = after(times(goods, 'good'));
      assert.ok(reputationBpsOf(scoreAfterDuty(spotless, 'good')) >= reputationBpsOf(spotless));
    }),
    { numRuns: 100 },
  );
});

test('idle days are the same one by one or at once, and take what a rested operator earned', () => {
  fc.assert(
    fc.property(score, fc.nat(400), fc.nat(400), (state, a, b) => {
      const halves = scoreAfterIdleDays(scoreAfterIdleDays(state, a), b);
      assert.deepEqual(halves, scoreAfterIdleDays(state, a + b));
      assert.ok(halves.good <= state.good && halves.bad <= state.bad);
    }),
    { numRuns: 50 },
  );
  const aged = after(times(5000, 'good'));
  assert.deepEqual(
    [30, 90, 180].map((days) => reputationBpsOf(scoreAfterIdleDays(aged, days))),
    [8996, 7712, 5806],
  );
});

test('a day without duties in no time changes nothing', () => {
  const state = after(times(10, 'good'));
  assert.equal(scoreAfterIdleDays(state, 0), state);
  assert.equal(scoreAfterIdleDays(state, -1), state);
});
