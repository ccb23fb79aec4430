import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lockableCommits } from '../../src/agreement/commit.ts';
import { createLock } from '../../src/agreement/resolve.ts';
import { revealRule } from '../../src/agreement/reveal.ts';
import { ROUND_RULES } from '../../src/agreement/rules.ts';
import type { Rule } from '../../src/agreement/state.ts';
import { stepTask, ZERO_BYTES32 } from '../../src/index.ts';
import { earlierValueRule } from '../../src/task/execute.ts';
import { createCommittee } from './committee.ts';
import { explore } from './explorer.ts';
import { fakeSecp256k1 } from './fake-secp256k1.ts';
import { roundMachine, unionMachine } from './machine.ts';

const withRule = (rule: Rule, replacement: Rule): readonly Rule[] =>
  ROUND_RULES.map((candidate) => (candidate === rule ? replacement : candidate));

/** The bug of P section 14, variant A: 70 % of the commits and the grace timer are enough to reveal. */
const revealAtGrace: Rule = (params, state) => {
  const honest = revealRule(params, state);
  if (honest !== undefined || state.graceTimer !== 'expired') return honest;
  const { root: lockRoot } = createLock(lockableCommits(state));
  const { taskId, round } = params;
  const lockVotes = params.seats.map((_seat, seat) => ({
    body: { taskId, round, seat, lockRoot },
    signature: new Uint8Array(64),
  }));
  const locks = [createLock(lockableCommits(state))];
  const forced = revealRule(params, { ...state, lockVotes, locks });
  return forced && { ...forced, state: { ...forced.state, lockVotes: state.lockVotes } };
};

const roundOf = (size: number, rules: readonly Rule[]) =>
  roundMachine(createCommittee({ size, mode: { type: 'exact' }, secp256k1: fakeSecp256k1 }), rules);

for (const size of [3, 4]) {
  test(`no interleaving of ${size} seats certifies a late copy or two locks`, (t) => {
    const { violation, ...counts } = explore(roundOf(size, ROUND_RULES));
    t.diagnostic(JSON.stringify(counts));
    assert.deepEqual(violation, undefined);
    assert.ok(counts.certifiable > 0);
  });
}

test('the explorer finds the late copy when seats reveal at quorum and grace without a lock certificate', (t) => {
  const { violation, ...counts } = explore(roundOf(4, withRule(revealRule, revealAtGrace)));
  t.diagnostic(JSON.stringify({ ...counts, trace: violation?.trace }));
  assert.match(violation?.what ?? '', /^I3/);
});

test('no interleaving of round 1 over three old seats and a fresh one certifies a late copy or two locks', (t) => {
  const { violation, ...counts } = explore(unionMachine(4));
  t.diagnostic(JSON.stringify(counts));
  assert.deepEqual(violation, undefined);
  assert.ok(counts.certifiable > 0);
});

/** The bug that later rounds must not have: the value of round 0 goes to the fresh seats with the own commit. */
const openAtCommit: typeof stepTask = (params, state, event) => {
  const taken = stepTask(params, state, event);
  const seated = taken.state.rounds.get(1);
  if (seated === undefined || !seated.state.spent.commit || taken.state.done.has('opened')) return taken;
  const spent = { ...seated.state.spent, reveal: ZERO_BYTES32 };
  const forced = { ...seated, state: { ...seated.state, spent } };
  const opened = earlierValueRule(params, { ...taken.state, rounds: new Map(taken.state.rounds).set(1, forced) });
  if (opened === undefined) return taken;
  const done = new Set([...taken.state.done, 'opened']);
  return { state: { ...taken.state, done }, effects: [...taken.effects, ...opened.effects] };
};

test('the explorer finds the late copy when the value of round 0 leaves before the lock of round 1', (t) => {
  const { violation, ...counts } = explore(unionMachine(4, openAtCommit));
  t.diagnostic(JSON.stringify({ ...counts, trace: violation?.trace }));
  assert.match(violation?.what ?? '', /^I3/);
});
