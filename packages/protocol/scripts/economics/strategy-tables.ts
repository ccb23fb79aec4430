import { reputationBpsOf } from '../../src/index.ts';
import { type Rules, runMarket } from './market.ts';
import { createOperator, type Operator, type Profile } from './network.ts';
import { EXECUTION_COST, inSeatFees } from './seat-fee.ts';
import type { Table } from './table.ts';

const OPERATORS = 100;
const COPIES = 3;
/** What a duty of honest work is worth: the fee with its bonus, less the execution, 99.5 % of the time. */
const HONEST_DUTY = 0.995 * (1.05 - EXECUTION_COST);
/** While barred one earns nothing; sampling noise of 120 000 tasks is about 1 %. */
const PAYS_FACTOR = 1.1;
const HONEST: Profile = { name: 'honest', strategy: { type: 'work' } };
const guess = (share: number, luck: number): Profile => ({
  name: `guesses ${share * 100} % of duties, right in ${luck * 100} %`,
  strategy: { type: 'guess', share, luck },
});
const withhold = (share: number, luck: number): Profile => ({
  name: `guesses ${share * 100} %, right in ${luck * 100} %, hides the rest`,
  strategy: { type: 'withhold', share, luck },
});
const COPIER: Profile = { name: 'copies', strategy: { type: 'copy' } };

const DEFAULT_RULES: Rules = {
  redundancy: 4,
  hasCommitments: true,
  hasErrorBudget: true,
  isModelSlashable: true,
  isWithholdingDisputed: true,
  isLoneDissentExcused: true,
};

/** What the research page expects of a strategy, in seat fees a duty, where it has a figure; and whether it may pay. */
interface Case {
  readonly profile: Profile;
  readonly expected: string;
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
  { profile: withhold(0.05, 0.9), expected: '' },
  { profile: COPIER, expected: '+.398' },
  { profile: { name: 'is handed results by a partner', strategy: { type: 'share' } }, expected: '+.995' },
  { profile: { name: 'always lies', strategy: { type: 'grief' } }, expected: '-141,484' },
  { profile: { ...HONEST, name: 'honest, 30 % offline', missRate: 0.3 }, expected: '+.280' },
];

interface Measured {
  readonly perDuty: number;
  readonly duties: number;
  readonly slashed: number;
  readonly reputation: number;
  readonly barredShare: number;
}

const measure = (operators: readonly Operator[], tasks: number): Measured => {
  const sum = (pick: (operator: Operator) => number): number =>
    operators.reduce((total, operator) => total + pick(operator), 0);
  const count = operators.length;
  return {
    perDuty:
      sum(({ profit }) => profit) /
      Math.max(
        1,
        sum(({ duties }) => duties),
      ),
    duties: Math.round(sum(({ duties }) => duties) / count),
    slashed: Math.round(sum(({ slashedWei }) => inSeatFees(slashedWei)) / count),
    reputation: sum(({ score }) => reputationBpsOf(score)) / count / 10_000,
    barredShare: sum(({ barred }) => barred) / count / tasks,
  };
};

const signed = (value: number): string =>
  `${value < 0 ? '-' : '+'}${Math.abs(value) >= 100 ? Math.round(Math.abs(value)) : Math.abs(value).toFixed(3)}`;

const rowOf = (name: string, measured: Measured, expected: string): (string | number)[] => [
  name,
  signed(measured.perDuty),
  expected,
  measured.perDuty * (1 - measured.barredShare) > HONEST_DUTY * PAYS_FACTOR ? 'MORE THAN HONEST' : 'no',
  measured.slashed,
  measured.reputation.toFixed(3),
  `${Math.round(measured.barredShare * 100)} %`,
];
const COLUMNS = ['strategy', 'R a duty', 'research', 'pays', 'slashed R each', 'reputation', 'barred'];

interface Setting {
  readonly rules: Partial<Rules>;
  readonly tasks: number;
  /** Operators of each strategy. */
  readonly copies?: number;
}

/** All cases in one network of a hundred operators, three of each, the rest honest. */
const tableOf = (
  { id, title, cases }: { readonly id: string; readonly title: string; readonly cases: readonly Case[] },
  { rules, tasks, copies: count = COPIES }: Setting,
): Table => {
  const profiles = cases.flatMap(({ profile }) => Array.from({ length: count }, () => profile));
  const operators = Array.from({ length: OPERATORS }, (_, i) => createOperator(i, profiles[i] ?? HONEST));
  const run = runMarket(operators, { rules: { ...DEFAULT_RULES, ...rules }, tasks, seed: 1 });
  const measured = (list: readonly Operator[]): Measured => measure(list, tasks);
  const honest = measured(operators.slice(profiles.length));
  const rows = cases.map(({ profile, expected }, i) => {
    const copies = operators.slice(i * count, (i + 1) * count);
    return rowOf(profile.name, measured(copies), expected);
  });
  const ran = `${tasks} tasks, ${run.disputes} disputes, ${run.undecided} undecided, ${run.slashes} slashes`;
  return {
    id,
    title: `${title} (${ran})`,
    columns: COLUMNS,
    rows: [...rows, rowOf('all other (honest)', honest, '')],
  };
};

/** T21 at five seats, as the research page has it, and at the four of the protocol. */
export const unilateral = (tasks: number): readonly Table[] =>
  [5, 4].map((redundancy) =>
    tableOf(
      {
        id: redundancy === 5 ? 'T21' : 'T21, n0 = 4',
        title: `profit by strategy, n0 = ${redundancy}`,
        cases: UNILATERAL,
      },
      { rules: { redundancy }, tasks },
    ),
  );

/** T22: what commitments are for. */
export const withoutCommitments = (tasks: number): Table =>
  tableOf(
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
  tableOf(
    {
      id: 'T23',
      title: 'without an error budget honest machines are slashed',
      cases: [
        { profile: { ...HONEST, name: 'honest, 0.001 % errors', errorRate: 0.00001 }, expected: '' },
        { profile: HONEST, expected: '-37 to -59' },
        { profile: { ...HONEST, name: 'honest, 0.1 % errors', errorRate: 0.001 }, expected: 'jailed' },
      ],
    },
    { rules: { redundancy: 5, hasErrorBudget: false }, tasks },
  );

const loneClass = (luck: number, isLoneDissentExcused: boolean, tasks: number): Table =>
  tableOf(
    {
      id: isLoneDissentExcused ? 'R2a' : 'R2a, mended',
      title: isLoneDissentExcused
        ? 'a lone liar with a runtime class of its own: every lie passes for a divergence of platforms'
        : 'the same where a divergence takes two dissenters',
      cases: [{ profile: { ...guess(1, luck), hasOwnRuntimeClass: true }, expected: '' }],
    },
    { rules: { isLoneDissentExcused }, tasks, copies: 1 },
  );

/** R2: the same lies where a rule shields them. */
export const shields = (tasks: number): readonly Table[] => [
  ...[0.95, 0.7, 0.5].map((luck) => loneClass(luck, true, tasks)),
  loneClass(0.95, false, tasks),
  tableOf(
    {
      id: 'R2b',
      title: 'every task on a model in its first 500: reputation is all there is to lose',
      cases: [guess(1, 0.95), guess(1, 0.99)].map((profile) => ({ profile, expected: '' })),
    },
    { rules: { isModelSlashable: false }, tasks },
  ),
  tableOf(
    {
      id: 'R2c',
      title: 'a withheld reveal beside a certificate counts as a miss, which is all that a leaf of round 0 shows',
      cases: [withhold(1, 0.95), withhold(1, 0.5)].map((profile) => ({ profile, expected: '' })),
    },
    { rules: { isWithholdingDisputed: false }, tasks },
  ),
];
