import { reputationBpsOf } from '../../src/index.ts';
import { runMarket } from './market.ts';
import { createOperator, type Operator, type Profile, type Strategy } from './network.ts';
import { DEFAULT_RULES, type Rules } from './rules.ts';
import { inSeatFees } from './seat-fee.ts';
import type { Table } from './table.ts';

const OPERATORS = 100;
const COPIES = 3;
/** While barred one earns nothing; sampling noise of 120 000 tasks is about 1 %. */
const PAYS_MARGIN = 0.1;
export const HONEST: Profile = { name: 'honest', strategy: { type: 'work' } };
export const profileOf = (name: string, strategy: Strategy, rest: Partial<Profile> = {}): Profile => ({
  name,
  strategy,
  ...rest,
});
const percent = (share: number): string => `${Math.round(share * 1000) / 10} %`;
export const guess = (share: number, luck: number): Profile =>
  profileOf(`guesses ${percent(share)} of duties, right in ${percent(luck)}`, { type: 'guess', share, luck });
const withhold = (share: number, luck: number): Profile =>
  profileOf(`guesses ${percent(share)}, right in ${percent(luck)}, hides the rest`, { type: 'withhold', share, luck });
const COPIER = profileOf('copies', { type: 'copy' });
/** A runtime class that no honest operator has. */
export const PRIVATE_CLASS = 200;

/** What the research page expects of a strategy, in seat fees a duty, where it has a figure. */
export interface Case {
  readonly profile: Profile;
  readonly expected?: string;
}

const UNILATERAL: readonly Case[] = [
  { profile: HONEST, expected: '+.398' },
  { profile: { ...HONEST, name: 'honest, 0.1 % errors', errorRate: 0.001 }, expected: '+.397' },
  { profile: { ...HONEST, name: 'broken, 0.5 % errors', errorRate: 0.005 }, expected: '-1,858' },
  { profile: guess(1, 0.5), expected: '-110,553' },
  { profile: guess(1, 0.95), expected: '-17,038' },
  { profile: guess(0.05, 0.9), expected: '-1,667' },
  { profile: guess(1, 0.999), expected: '+.993' },
  { profile: withhold(1, 0.95), expected: '-16,914' },
  { profile: withhold(0.05, 0.9) },
  { profile: COPIER, expected: '+.398' },
  { profile: profileOf('is handed results by a partner', { type: 'share' }), expected: '+.995' },
  { profile: profileOf('always lies', { type: 'grief' }), expected: '-141,484' },
  { profile: { ...HONEST, name: 'honest, 30 % offline', missRate: 0.3 }, expected: '+.280' },
];

const EVASIVE: readonly Case[] = [
  { profile: HONEST },
  { profile: profileOf('late copier: commits after the reveals', { type: 'late' }) },
  { profile: profileOf('passes on 8 % of its duties', { type: 'decline', share: 0.08 }) },
  { profile: profileOf('passes on 50 % of its duties', { type: 'decline', share: 0.5 }) },
  { profile: profileOf('passes on every duty', { type: 'decline', share: 1 }) },
  {
    profile: profileOf('guesses (95 %), then reveals what the others did', {
      type: 'guess',
      share: 1,
      luck: 0.95,
      later: 'flip',
    }),
  },
  {
    profile: profileOf('guesses (95 %), then falls silent', { type: 'guess', share: 1, luck: 0.95, later: 'hide' }),
  },
  { profile: withhold(1, 0.95) },
];

const GRIEFER: Case = {
  profile: profileOf('griefing dissenter: works, disputes every certificate', { type: 'dissent' }),
};

const LONE_CLASS: readonly Case[] = [0.95, 0.7].map((luck, i) => ({
  profile: { ...guess(1, luck), runtimeClass: PRIVATE_CLASS + i },
}));

interface Measured {
  readonly perDuty: number;
  readonly slashed: number;
  readonly reputation: number;
  readonly barredShare: number;
}

const measure = (operators: readonly Operator[], tasks: number): Measured => {
  const sum = (pick: (operator: Operator) => number): number =>
    operators.reduce((total, operator) => total + pick(operator), 0);
  const count = operators.length;
  const duties = Math.max(
    1,
    sum((operator) => operator.duties),
  );
  return {
    perDuty: sum(({ profit }) => profit) / duties,
    slashed: Math.round(sum(({ slashedWei }) => inSeatFees(slashedWei)) / count),
    reputation: sum(({ score }) => reputationBpsOf(score)) / count / 10_000,
    barredShare: sum(({ barred }) => barred) / count / tasks,
  };
};

const signed = (value: number): string =>
  `${value < 0 ? '-' : '+'}${Math.abs(value) >= 100 ? Math.round(Math.abs(value)) : Math.abs(value).toFixed(3)}`;

interface Row {
  readonly name: string;
  readonly measured: Measured;
  readonly honest: Measured;
  readonly expected?: string | undefined;
}

const rowOf = ({ name, measured, honest, expected }: Row): (string | number)[] => [
  name,
  signed(measured.perDuty),
  expected ?? '',
  measured.perDuty * (1 - measured.barredShare) > honest.perDuty + PAYS_MARGIN * Math.abs(honest.perDuty)
    ? 'MORE THAN HONEST'
    : 'no',
  measured.slashed,
  measured.reputation.toFixed(3),
  `${Math.round(measured.barredShare * 100)} %`,
];
const COLUMNS = ['strategy', 'R a duty', 'research', 'pays', 'slashed R each', 'reputation', 'barred'];

interface Setting {
  readonly rules?: Partial<Rules>;
  readonly tasks: number;
  /** Operators of each strategy. */
  readonly copies?: number;
}

/** All cases in one network of a hundred operators, three of each, the rest honest. */
export const strategyTable = (
  { id, title, cases }: { readonly id: string; readonly title: string; readonly cases: readonly Case[] },
  { rules, tasks, copies: count = COPIES }: Setting,
): Table => {
  const profiles = cases.flatMap(({ profile }) => Array.from({ length: count }, () => profile));
  const operators = Array.from({ length: OPERATORS }, (_, i) => createOperator(i, profiles[i] ?? HONEST));
  const run = runMarket(operators, { rules: { ...DEFAULT_RULES, ...rules }, tasks, seed: 1 });
  const honest = measure(operators.slice(profiles.length), tasks);
  const rows = cases.map(({ profile, expected }, i) => {
    const measured = measure(operators.slice(i * count, (i + 1) * count), tasks);
    return rowOf({ name: profile.name, measured, honest, expected });
  });
  const lies = run.lies === 0 ? '' : `, ${run.lies} captures, ${run.liesSettled} of them settled`;
  const ran = `${tasks} tasks, ${run.disputes} disputes, ${run.undecided} undecided, ${run.slashes} slashes${lies}`;
  return {
    id,
    title: `${title} (${ran})`,
    columns: COLUMNS,
    rows: [...rows, rowOf({ name: 'all other (honest)', measured: honest, honest })],
  };
};

/** T21 at five seats, as the research page has it, and at the four of the protocol. */
export const unilateral = (tasks: number): readonly Table[] =>
  [5, 4].map((redundancy) =>
    strategyTable(
      {
        id: redundancy === 5 ? 'T21' : 'T21, n0 = 4',
        title: `profit by strategy, n0 = ${redundancy}`,
        cases: UNILATERAL,
      },
      { rules: { redundancy }, tasks },
    ),
  );

/** T21b: who evades a rule. */
export const evasive = (tasks: number): readonly Table[] => [
  strategyTable({ id: 'T21b', title: 'whoever evades a rule, n0 = 4', cases: EVASIVE }, { tasks }),
  ...[false, true].map((isFalseDissentJudged) =>
    strategyTable(
      {
        id: 'T21c',
        title: `disputes for nothing${isFalseDissentJudged ? ', if a dispute that finds nothing were a wrong result' : ''}`,
        cases: [GRIEFER],
      },
      { rules: { isFalseDissentJudged }, tasks },
    ),
  ),
  strategyTable({ id: 'R2a', title: 'lone liars with a class of their own', cases: LONE_CLASS }, { tasks, copies: 1 }),
];

/** T22: what commitments are for. */
export const withoutCommitments = (tasks: number): Table =>
  strategyTable(
    {
      id: 'T22',
      title: 'without commit and reveal a copier pays',
      cases: [
        { profile: HONEST, expected: '+.398' },
        { profile: COPIER, expected: '+.995' },
      ],
    },
    { rules: { redundancy: 5, hasCommitments: false }, tasks },
  );

/** T23: what the error budget is for. */
export const withoutBudget = (tasks: number): Table =>
  strategyTable(
    {
      id: 'T23',
      title: 'without an error budget honest machines are slashed',
      cases: [
        { profile: { ...HONEST, name: 'honest, 0.001 % errors', errorRate: 0.00001 } },
        { profile: HONEST, expected: '-37 to -59' },
        { profile: { ...HONEST, name: 'honest, 0.1 % errors', errorRate: 0.001 }, expected: 'jailed' },
      ],
    },
    { rules: { redundancy: 5, hasErrorBudget: false }, tasks },
  );

const without = (
  rule: string,
  {
    rules,
    cases,
    tasks,
    copies = 1,
  }: {
    readonly rules: Partial<Rules>;
    readonly cases: readonly Case[];
    readonly tasks: number;
    readonly copies?: number;
  },
): Table => strategyTable({ id: 'R2', title: `without: ${rule}`, cases }, { rules, tasks, copies });

/** R2: what each rule is for: the strategies that pay where it is missing. */
export const withoutRules = (tasks: number): readonly Table[] => [
  without('two dissenters for a divergence of platforms', {
    rules: { isLoneDissentExcused: true },
    cases: LONE_CLASS,
    tasks,
  }),
  without('a withheld reveal opens the next round', {
    rules: { isWithholdingDisputed: false },
    cases: [{ profile: withhold(1, 0.95) }, { profile: withhold(1, 0.5) }],
    tasks,
  }),
  without('a reveal of another value opens it too, although its seat keeps quiet', {
    rules: { isMinorityDisputed: false },
    cases: [{ profile: guess(1, 0.95) }, { profile: guess(1, 0.5) }],
    tasks,
  }),
  without('a seat answers in the verdict for what it did in earlier rounds', {
    rules: { areEarlierRoundsJudged: false },
    cases: EVASIVE.slice(5),
    tasks,
  }),
  without('declines beyond a tenth are misses', {
    rules: { hasDeclineBudget: false },
    cases: EVASIVE.slice(3, 5),
    tasks,
  }),
];

/** R2b: models in tolerance mode in their first 500 tasks, as if every task were on one. */
export const youngModels = (tasks: number): readonly Table[] =>
  [true, false].map((isYoungFaultHeavy) =>
    strategyTable(
      {
        id: isYoungFaultHeavy ? 'R2b' : 'R2b, without',
        title: `every task on a young model, a fault counts ${isYoungFaultHeavy ? 'eightfold' : 'once'}`,
        cases: [...[0.5, 0.95, 0.98, 0.99, 0.995].map((luck) => guess(1, luck)), withhold(1, 0.99), HONEST].map(
          (profile) => ({ profile }),
        ),
      },
      { rules: { standing: 'young', isYoungFaultHeavy }, tasks },
    ),
  );
