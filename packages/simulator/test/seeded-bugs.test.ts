import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  DEFAULT_PLAN_OPTIONS,
  drawPlan,
  type Mutation,
  type Plan,
  type PlanOptions,
  runPlan,
  violationsOf,
} from '@mlb/simulator';

const planOf = (seed: number, options: Partial<PlanOptions>): Plan =>
  drawPlan(seed, { ...DEFAULT_PLAN_OPTIONS, ...options });

/** Every process dies in the middle of its duties and comes back with an older store. */
const withTornCrashes = (plan: Plan): Plan => ({
  ...plan,
  faults: Array.from({ length: plan.operatorCount }, (_, node) => ({
    ...{ type: 'crash', node, afterEffects: 4 + (node % 5), downMs: 500, store: 'torn' },
  })) as Plan['faults'],
});

const HONEST = { adversaryShare: 0, maxFaults: 0 } as const;
const COLLUDING = { adversaryShare: 0.6, maxFaults: 0, strategies: ['colluder'] } as const;

const BUGS: readonly (readonly [Mutation, string, Plan, RegExp])[] = [
  ['no-guard', 'a shell without a signing guard', withTornCrashes(planOf(1, HONEST)), /^(I4|I8) /],
  ['locks-twice', 'an operator that votes for two locks', planOf(1, { ...HONEST, operatorCount: 6 }), /^I8 /],
  ['drops-refund', 'a task that nobody gives up', planOf(2, { strategies: ['silent'], adversaryShare: 0.5 }), /^I5 /],
  ['ignores-disputes', 'a batcher that does not wait for objections', planOf(5, COLLUDING), /against a dissent$/],
  ['forgets-nonces', 'a chain that forgets which nonces were used', planOf(1, HONEST), /^two results/],
];

for (const [mutation, what, plan, expected] of BUGS) {
  test(`the oracles see ${what}, and nothing in the same run without the bug`, () => {
    const violations = violationsOf(runPlan(plan, { mutation }));
    assert.ok(
      violations.some((violation) => expected.test(violation)),
      `not seen: ${violations.join('; ')}`,
    );
    assert.deepEqual(violationsOf(runPlan(plan)), []);
  });
}
