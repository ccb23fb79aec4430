import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { AgreementMode } from '../../src/index.ts';
import { BEHAVIOURS, type Behaviour } from './byzantine.ts';
import { createCommittee, outputBytes } from './committee.ts';
import { fakeSecp256k1 } from './fake-secp256k1.ts';
import { assertInvariants } from './invariants.ts';
import { type Outcome, runScenario, type Scenario } from './world.ts';

const SEED = Number(process.env.MLB_SEED ?? 20_260_726);
const RUNS = Number(process.env.MLB_RUNS ?? 360);
const EXACT: AgreementMode = { type: 'exact' };
const TOLERANCE: AgreementMode = { type: 'tolerance', atol: 0.1, rtol: 0 };

/** Seats that a quorum needs when all weigh the same. */
const quorumOf = (size: number): number => Math.max(3, Math.ceil(0.7 * size));

interface Draft {
  readonly size: number;
  readonly isExact: boolean;
  readonly faults: readonly { readonly seat: number; readonly behaviour: Behaviour; readonly shift: number }[];
  readonly crashes: readonly { readonly seat: number; readonly afterEffects: number }[];
  readonly seed: number;
  readonly isSynchronous: boolean;
  readonly duplicates: boolean;
  readonly gossip: boolean;
}

const draft = fc.record({
  size: fc.integer({ min: 3, max: 7 }),
  isExact: fc.boolean(),
  faults: fc.uniqueArray(
    fc.record({
      seat: fc.nat({ max: 6 }),
      behaviour: fc.constantFrom(...BEHAVIOURS),
      // In tolerances: just inside, just outside, far away.
      shift: fc.constantFrom(0.8, 1.3, 50),
    }),
    { maxLength: 3, selector: ({ seat }) => seat },
  ),
  crashes: fc.array(fc.record({ seat: fc.nat({ max: 6 }), afterEffects: fc.nat({ max: 9 }) }), { maxLength: 2 }),
  seed: fc.integer(),
  isSynchronous: fc.boolean(),
  duplicates: fc.boolean(),
  gossip: fc.boolean(),
});

/** The fault model of one round: fewer Byzantine seats than two quorums must share. */
const scenarioOf = ({ size, isExact, faults, ...rest }: Draft): Scenario => {
  const mode = isExact ? EXACT : TOLERANCE;
  const byzantine = faults.filter(({ seat }) => seat < size).slice(0, Math.max(0, 2 * quorumOf(size) - size - 1));
  const outputs = Array.from({ length: size }, (_, seat) => {
    const fault = byzantine.find((candidate) => candidate.seat === seat);
    const isWrong = fault?.behaviour === 'lying' || fault?.behaviour === 'subtle';
    const noise = isExact ? 0 : 0.005 * seat;
    return outputBytes([1, 2 + noise + (isWrong ? 0.1 * (fault?.shift ?? 0) : 0)]);
  });
  return {
    ...rest,
    committee: createCommittee({ size, mode, secp256k1: fakeSecp256k1 }),
    outputs,
    byzantine: byzantine.map(({ seat, behaviour }) => ({ seat, behaviour, done: new Set() })),
  };
};

const isCertified = ({ honest }: Outcome): boolean => honest.every(({ certified }) => certified.length > 0);

const count = { runs: 0, certified: 0, failed: 0, evidence: 0, crashes: 0, events: 0 };

const note = (outcome: Outcome): void => {
  count.runs += 1;
  count.crashes += outcome.crashes;
  count.events += outcome.events;
  count.evidence += outcome.honest.reduce((sum, { evidence }) => sum + evidence.length, 0);
  if (isCertified(outcome)) count.certified += 1;
  else count.failed += 1;
};

test('I1 to I5 and I8 hold under any schedule, with Byzantine seats, duplicates, crashes and restarts', (t) => {
  fc.assert(
    fc.property(draft, (drawn) => {
      const scenario = scenarioOf(drawn);
      const outcome = runScenario(scenario);
      note(outcome);
      assertInvariants(scenario, outcome);
    }),
    { seed: SEED, numRuns: RUNS },
  );
  t.diagnostic(`seed ${SEED}: ${JSON.stringify(count)}`);
  assert.ok(count.certified > 0 && count.failed > 0 && count.evidence > 0, 'the schedules explore nothing');
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

test('a synchronous committee with at most n - q seats that do not equivocate always certifies', () => {
  fc.assert(
    fc.property(draft, (drawn) => {
      const faults = drawn.faults
        .filter(({ seat, behaviour }) => seat < drawn.size && SIMPLE.includes(behaviour))
        .slice(0, drawn.size - quorumOf(drawn.size));
      const scenario = scenarioOf({ ...drawn, faults, crashes: [], isSynchronous: true, gossip: false });
      const outcome = runScenario(scenario);
      assertInvariants(scenario, outcome);
      assert.ok(isCertified(outcome), 'I5: no certificate');
    }),
    { seed: SEED, numRuns: Math.ceil(RUNS / 3) },
  );
});

test('in a synchronous committee two different commits that both arrived become evidence', () => {
  fc.assert(
    fc.property(draft, ({ faults: _, ...drawn }) => {
      const faults = [{ seat: drawn.size - 1, behaviour: 'two-commits' as const, shift: 50 }];
      const outcome = runScenario(scenarioOf({ ...drawn, faults, crashes: [], isSynchronous: true }));
      const arrived = outcome.byzantine.filter(({ message, receivers }) => message.type === 'commit' && receivers > 0);
      const evidence = outcome.honest.flatMap((shell) => shell.evidence).filter(({ kind }) => kind === 'commit');
      assert.ok(arrived.length < 2 || evidence.length > 0, 'two commits went unnoticed');
    }),
    { seed: SEED, numRuns: Math.ceil(RUNS / 6) },
  );
});
