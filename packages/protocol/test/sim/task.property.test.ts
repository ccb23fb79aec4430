import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type AgreementMode, AUDIT_ROUND } from '../../src/index.ts';
import { BEHAVIOURS, type Behaviour } from './byzantine.ts';
import { outputBytes } from './committee.ts';
import { fakeSecp256k1 } from './fake-secp256k1.ts';
import { EXTRAS, type Extra } from './task-byzantine.ts';
import { assertFairVerdicts, assertTaskInvariants } from './task-invariants.ts';
import { createPool, drawOf, type Pool } from './task-pool.ts';
import type { TaskOutcome, TaskScenario } from './task-scenario.ts';
import { runTask } from './task-world.ts';

const SEED = Number(process.env.MLB_SEED ?? 20_260_726);
const RUNS = Number(process.env.MLB_TASK_RUNS ?? 100);
const EXACT: AgreementMode = { type: 'exact' };
const TOLERANCE: AgreementMode = { type: 'tolerance', atol: 0.1, rtol: 0 };

interface Draft {
  readonly redundancy: number;
  readonly size: number;
  readonly isExact: boolean;
  readonly faults: readonly {
    readonly operator: number;
    readonly behaviour: Behaviour;
    readonly extras: readonly Extra[];
    readonly shift: number;
  }[];
  readonly busy: readonly number[];
  readonly isAudited: boolean;
  readonly crashes: readonly { readonly operator: number; readonly afterEffects: number }[];
  readonly seed: number;
  readonly isSynchronous: boolean;
  readonly duplicates: boolean;
}

const draft: fc.Arbitrary<Draft> = fc.record({
  redundancy: fc.integer({ min: 3, max: 4 }),
  size: fc.integer({ min: 3, max: 12 }),
  isExact: fc.boolean(),
  faults: fc.uniqueArray(
    fc.record({
      operator: fc.nat({ max: 11 }),
      behaviour: fc.constantFrom(...BEHAVIOURS),
      extras: fc.uniqueArray(fc.constantFrom(...EXTRAS), { maxLength: 2 }),
      shift: fc.constantFrom(0.8, 1.3, 50),
    }),
    { maxLength: 4, selector: ({ operator }) => operator },
  ),
  busy: fc.uniqueArray(fc.nat({ max: 3 }), { maxLength: 1 }),
  isAudited: fc.boolean(),
  crashes: fc.array(fc.record({ operator: fc.nat({ max: 11 }), afterEffects: fc.nat({ max: 14 }) }), { maxLength: 2 }),
  seed: fc.integer(),
  isSynchronous: fc.boolean(),
  duplicates: fc.boolean(),
});

const quorumOf = (size: number): number => Math.max(3, Math.ceil(0.7 * size));

/** Fewer Byzantine seats than two quorums must share, in every round that can take place. */
const isTolerable = (pool: Pool, bad: ReadonlySet<number>): boolean =>
  [0, 1, 2, AUDIT_ROUND].every((round) =>
    [new Set<number>(), new Set([0, 1, 2, 3])].every((declined) => {
      const members = drawOf(pool, round, declined);
      const count = members?.filter((member) => bad.has(member)).length ?? 0;
      return members === undefined || count === 0 || count < 2 * quorumOf(members.length) - members.length;
    }),
  );

const scenarioOf = ({ redundancy, size, isExact, faults, ...rest }: Draft): TaskScenario => {
  const mode = isExact ? EXACT : TOLERANCE;
  const pool = createPool({ size: Math.max(size, redundancy), redundancy, mode, secp256k1: fakeSecp256k1 });
  const byzantine = faults
    .filter(({ operator }) => operator < pool.operators.length)
    .filter((_, i, all) => isTolerable(pool, new Set(all.slice(0, i + 1).map(({ operator }) => operator))));
  const outputs = pool.operators.map((_, operator) => {
    const fault = byzantine.find((candidate) => candidate.operator === operator);
    const isWrong = fault?.behaviour === 'lying' || fault?.behaviour === 'subtle';
    const noise = isExact ? 0 : 0.002 * operator;
    return outputBytes([1, 2 + noise + (isWrong ? 0.1 * (fault?.shift ?? 0) : 0)]);
  });
  return {
    ...rest,
    pool,
    outputs,
    byzantine: byzantine.map(({ operator, behaviour, extras }) => ({
      ...{ operator, behaviour, extras, seats: new Map(), done: new Set() },
    })),
  };
};

const count = {
  ...{ runs: 0, settledInRound: [0, 0, 0], refunds: 0, audits: 0, disputes: 0, verdicts: 0 },
  ...{ declines: 0, openings: 0, evidence: 0, crashes: 0, events: 0 },
};

const note = ({ honest, crashes, declines, openings, events }: TaskOutcome): void => {
  const [first] = honest;
  const settled = first?.settleable.at(-1);
  count.runs += 1;
  count.crashes += crashes;
  count.declines += declines;
  count.openings += openings;
  count.events += events;
  count.refunds += first?.refunds ?? 0;
  count.evidence += honest.reduce((sum, { evidence }) => sum + evidence.length, 0);
  count.disputes += first?.disputed.length ?? 0;
  count.verdicts += first?.judged.length ?? 0;
  if (settled?.audit !== undefined) count.audits += 1;
  if (settled !== undefined)
    count.settledInRound[settled.certificate.statement.round] =
      (count.settledInRound[settled.certificate.statement.round] ?? 0) + 1;
};

test('I1 to I5, I8 and the end of a task hold over unions, under any schedule, with Byzantine seats old and fresh', (t) => {
  fc.assert(
    fc.property(draft, (drawn) => {
      const scenario = scenarioOf(drawn);
      const outcome = runTask(scenario);
      note(outcome);
      assertTaskInvariants(scenario, outcome);
    }),
    { seed: SEED, numRuns: RUNS },
  );
  t.diagnostic(`seed ${SEED}: ${JSON.stringify(count)}`);
  const { settledInRound, refunds, audits, disputes, verdicts, declines, openings, evidence, crashes } = count;
  const seen = { settledInRound, refunds, audits, disputes, verdicts, declines, openings, evidence, crashes };
  assert.ok(
    Object.values(seen)
      .flat()
      .every((amount, i) => amount > 0 || i === 2),
    'the schedules explore nothing',
  );
});

const SIMPLE: readonly Behaviour[] = [
  'silent',
  'lying',
  'subtle',
  'withholding',
  'selective',
  'copying',
  'free-riding',
];

/** Honest seats alone are a quorum of the last union, so that it decides. */
const isDecidable = ({ pool, byzantine, busy }: TaskScenario): boolean => {
  const isBad = (member: number): boolean => byzantine.some(({ operator }) => operator === member);
  const members = drawOf(pool, pool.params.lastRound, new Set(busy.filter((member) => !isBad(member)))) ?? [];
  const bad = members.filter(isBad).length;
  return members.length - bad >= quorumOf(members.length);
};

test('in a synchronous network with 70 % honest seats everybody settles one certificate and no honest seat is at fault', () => {
  fc.assert(
    fc.property(draft, (drawn) => {
      const faults = drawn.faults
        .filter(({ behaviour }) => SIMPLE.includes(behaviour))
        .map((fault) => ({ ...fault, extras: fault.extras.filter((extra) => extra !== 'decline-and-commit') }));
      const scenario = scenarioOf({ ...drawn, faults, crashes: [], isSynchronous: true });
      fc.pre(isDecidable(scenario));
      const outcome = runTask(scenario);
      assertTaskInvariants(scenario, outcome);
      assertFairVerdicts(scenario, outcome);
      const settled = outcome.honest.map(({ settleable }) => settleable.at(-1)?.certificate.statement);
      for (const statement of settled) assert.deepEqual(statement, settled[0], 'two settle two things');
      assert.ok(
        settled[0] !== undefined && outcome.honest.every(({ refunds }) => refunds === 0),
        'no end but a refund',
      );
    }),
    { seed: SEED, numRuns: Math.ceil(RUNS / 2) },
  );
});
