import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type AgreementMode, AUDIT_ROUND, isSettleable, resultHashOf } from '../../src/index.ts';
import { outputBytes } from '../sim/committee.ts';
import { certificatesOf } from '../sim/task-shell.ts';
import { createBench, feed, namesOf, timer } from './bench.ts';
import { faultsIn, perform, settledBy } from './run.ts';

const TOLERANCE: AgreementMode = { type: 'tolerance', atol: 0.1, rtol: 0 };
const roundOf = (settled: ReturnType<typeof settledBy>) => settled?.certificate.statement.round;

describe('a task of honest nodes', () => {
  test('settles in round 0 without a dispute, an audit or a verdict', () => {
    const outcome = perform({});
    const settled = settledBy(outcome);
    assert.equal(roundOf(settled), 0);
    assert.deepEqual([settled?.audit, settled?.verdict, settled?.declines], [undefined, undefined, []]);
    assert.ok(outcome.honest.every(({ disputed, opened }) => disputed.length === 0 && opened.every((r) => r === 0)));
  });

  for (const mode of [{ type: 'exact' }, TOLERANCE] as const) {
    test(`passes its audit in ${mode.type} mode, though the auditors never saw round 0`, () => {
      const answers = mode.type === 'exact' ? {} : { 1: 1.05, 11: 0.98 };
      const settled = settledBy(perform({ isAudited: true, mode, answers }));
      assert.equal(roundOf(settled), 0);
      assert.equal(settled?.audit?.statement.round, AUDIT_ROUND);
      assert.equal(settled?.audit?.statement.resultDigest, settled?.certificate.statement.resultDigest);
      assert.equal(settled?.audit?.locked.length, 7);
    });
  }

  test('with a busy seat settles with its substitute and its decline', () => {
    const outcome = perform({ busy: [2] });
    const settled = settledBy(outcome);
    assert.deepEqual(
      settled?.declines.map(({ seat }) => seat),
      [2],
    );
    assert.ok(settled?.certificate.signatures.some(({ seat }) => seat === 2));
    assert.ok(outcome.signed.some(({ operator, message }) => operator === 6 && message.type === 'reveal'));
    assert.ok(!outcome.signed.some(({ operator }) => operator === 2));
  });
});

describe('a liar', () => {
  // An operator that is honest by its own lights dissents; here its output is wrong.
  const outcome = perform({ answers: { 3: 5 } });

  test('that dissents is outvoted by the union, and the verdict names it', () => {
    const settled = settledBy(outcome);
    assert.equal(roundOf(settled), 1);
    assert.equal(settled?.certificate.statement.seatCount, 13);
    assert.deepEqual(faultsIn(outcome), ['3 gross']);
  });

  test('is judged before the task settles: nobody can settle it without the verdict first', () => {
    assert.ok(outcome.honest.every(({ settleable }) => settleable.every(({ verdict }) => verdict !== undefined)));
  });

  test('holds the settlement up for one reveal window where its verdict does not come', () => {
    const { state } = outcome.honest[0] ?? assert.fail();
    const seated = state.rounds.get(1) ?? assert.fail();
    const { statement } = seated.state.certificate ?? assert.fail();
    const bench = createBench(outcome.scenario.pool);
    bench.state = {
      ...{ ...state, verdict: undefined, verdictVotes: new Map(), done: new Set(['verdict-timer/1', 'disputed/0']) },
      rounds: new Map(state.rounds).set(1, {
        ...seated,
        state: { ...seated.state, phase: 'open', isVerdictDue: false },
      }),
    };
    const isSettled = () => isSettleable(bench.pool.params, bench.state, statement);
    assert.deepEqual(namesOf(feed(bench, timer(1, 'verdict'))), ['sign-verdict']);
    const [hold, ...others] = feed(bench, timer(1, 'settle'));
    const { revealMs: delayMs } = bench.pool.params.timing;
    assert.deepEqual(hold, { type: 'round', round: 1, effect: { type: 'start-timer', timer: 'hold', delayMs } });
    assert.deepEqual([namesOf(others), isSettled()], [[], false]);
    assert.deepEqual(namesOf(feed(bench, timer(1, 'hold'))), ['settleable']);
    assert.ok(isSettled());
  });

  test('has its result recommitted, not executed again, by every seat of round 0', () => {
    const blindShares = (round: number, operator: number) =>
      outcome.signed.flatMap(({ operator: who, round: of, message }) =>
        who === operator && of === round && message.type === 'commit' ? message.commit.body : [],
      );
    for (const operator of [0, 1, 2, 3]) {
      const [first] = blindShares(0, operator);
      const [again] = blindShares(1, operator);
      assert.ok(first && again && first.blindShare !== again.blindShare && first.commitHash !== again.commitHash);
    }
  });

  test('makes fresh seats learn the value of round 0 only after their lock', () => {
    assert.ok(outcome.openings > 0);
    assert.equal(outcome.earlyOpenings, 0);
  });
});

test('signers that restart after their certificate still open it, and honest ones are overturned by nobody', () => {
  let disputes = 0;
  for (const afterEffects of [8, 10, 12, 14, 16, 20]) {
    for (const seed of [1, 2, 3, 4]) {
      const crashes = [0, 1, 2].map((operator) => ({ operator, afterEffects }));
      const cast = { byzantine: { 3: 'withholding' }, extras: ['false-dissent'], crashes, seed } as const;
      const faults = faultsIn(perform(cast)) ?? [];
      assert.deepEqual(
        faults.filter((fault) => fault.endsWith('*') && !fault.startsWith('3 ')),
        [],
      );
      disputes += faults.length;
    }
  }
  assert.ok(disputes > 0);
});

test('a withheld reveal is seen by a locked seat, opens round 1, and is found there if it goes on', () => {
  const outcome = perform({ byzantine: { 3: 'withholding' } });
  assert.equal(roundOf(settledBy(outcome)), 1);
  assert.deepEqual(faultsIn(outcome), ['3 withheld']);
  const dissenters = outcome.honest.filter(({ disk }) =>
    disk.events.some((event) => event.type === 'dissent' && event.dissent.body.reason === 1),
  );
  assert.ok(dissenters.length > 0);
});

test('a liar that keeps quiet is disputed by a seat that saw its reveal, and the verdict names it', () => {
  const outcome = perform({ byzantine: { 3: 'lying' }, answers: { 3: 9 } });
  assert.equal(roundOf(settledBy(outcome)), 1);
  assert.deepEqual(faultsIn(outcome), ['3 gross']);
});

test('a reveal withheld in round 0 is found against its seat, also when it is silent in round 1', () => {
  const outcome = perform({ byzantine: { 3: 'hiding' } });
  assert.equal(roundOf(settledBy(outcome)), 1);
  assert.deepEqual(faultsIn(outcome), ['3 withheld']);
});

test('a seat that showed another value in round 0 is not cleared by showing the right one in round 1', () => {
  const outcome = perform({ byzantine: { 3: 'flipping' }, answers: { 3: 9 } });
  assert.equal(roundOf(settledBy(outcome)), 1);
  assert.deepEqual(faultsIn(outcome), ['3 withheld']);
});

test('in tolerance mode the signers of round 0 are not overturned by another centre within four tolerances', () => {
  // Round 0 certifies 1.25, which agrees with every seat of it; the union's centre is 1.
  const answers = { 0: 1.17, 1: 1.25, 2: 1.25, 3: 1.25 };
  const outcome = perform({ mode: { type: 'tolerance', atol: 0.2, rtol: 0 }, answers, isAudited: true });
  assert.equal(roundOf(settledBy(outcome)), 1);
  assert.deepEqual(faultsIn(outcome), ['1 near', '2 near', '3 near']);
});

test('a committee that certified a lie is overturned by round 1, and its signers are marked', () => {
  // Three of four agree on a lie; the fourth dissents; nine fresh seats know better.
  const outcome = perform({ answers: { 0: 9, 1: 9, 2: 9 } });
  const settled = settledBy(outcome);
  assert.equal(roundOf(settled), 1);
  const agreed = outcome.honest[5]?.certified.findLast(({ round }) => round === 1)?.effect.agreed;
  assert.equal(agreed && resultHashOf(agreed.output), resultHashOf(outputBytes([1])));
  assert.deepEqual(faultsIn(outcome), ['0 gross*', '1 gross*', '2 gross*']);
});

test('an audit finds a lie that all of round 0 certified, and round 2 overturns it', () => {
  const outcome = perform({ answers: { 0: 9, 1: 9, 2: 9, 3: 9 }, isAudited: true, size: 24 });
  assert.deepEqual(
    outcome.honest.flatMap((shell) => certificatesOf(shell, AUDIT_ROUND)),
    [],
  );
  // 9 honest seats of 13 are 69 %, so it takes the union of round 2.
  assert.equal(roundOf(settledBy(outcome)), 2);
  assert.deepEqual(faultsIn(outcome), ['0 gross*', '1 gross*', '2 gross*', '3 gross*']);
});

test('a split that no union decides is refunded, and nobody is judged', () => {
  const answers = Object.fromEntries(Array.from({ length: 13 }, (_, i) => [i, i % 2]));
  const outcome = perform({ answers });
  assert.ok(
    outcome.honest.every(({ refunds, settleable, judged }) => refunds === 1 && settleable.length + judged.length === 0),
  );
});

test('a silent seat costs nothing but its reward: round 0 settles and there is no verdict', () => {
  const outcome = perform({ byzantine: { 3: 'silent' } });
  const settled = settledBy(outcome);
  assert.equal(roundOf(settled), 0);
  assert.equal(settled?.verdict, undefined);
});

test('an honest seat at the edge of the tolerance, that another centre takes in, is at no fault', () => {
  const near = Object.fromEntries([4, 5, 6, 7, 8, 9, 10, 11, 12].map((operator) => [operator, 1.02]));
  const outcome = perform({ mode: TOLERANCE, answers: { ...near, 3: 1.11 } });
  const settled = settledBy(outcome);
  assert.equal(roundOf(settled), 1);
  assert.ok(settled?.certificate.signatures.some(({ seat }) => seat === 3));
  assert.equal(settled?.verdict, undefined);
});
