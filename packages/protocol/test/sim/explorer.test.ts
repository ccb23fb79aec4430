import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lockableCommits } from '../../src/agreement/commit.ts';
import { createLock } from '../../src/agreement/resolve.ts';
import { revealRule } from '../../src/agreement/reveal.ts';
import { ROUND_RULES } from '../../src/agreement/rules.ts';
import type { Rule } from '../../src/agreement/state.ts';
import { explore } from './explorer.ts';

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

for (const size of [3, 4]) {
  test(`no interleaving of ${size} seats certifies a late copy or two locks`, (t) => {
    const { violation, ...counts } = explore({ size, rules: ROUND_RULES });
    t.diagnostic(JSON.stringify(counts));
    assert.deepEqual(violation, undefined);
    assert.ok(counts.certifiable > 0);
  });
}

test('the explorer finds the late copy when seats reveal at quorum and grace without a lock certificate', (t) => {
  const { violation, ...counts } = explore({ size: 4, rules: withRule(revealRule, revealAtGrace) });
  t.diagnostic(JSON.stringify({ ...counts, trace: violation?.trace }));
  assert.match(violation?.what ?? '', /^I3/);
});
