import { runAuditedCapture } from './market.ts';
import { createOperator, type Later, type Operator, type Profile } from './network.ts';
import { DEFAULT_RULES, type Rules } from './rules.ts';
import { inSeatFees, LOT_WEI } from './seat-fee.ts';
import { guess, HONEST, PRIVATE_CLASS, profileOf, strategyTable } from './strategy-tables.ts';
import type { Table } from './table.ts';

const MLB_PER_SEAT_FEE = 50_000 / inSeatFees(LOT_WEI);
/** More than a committee holds: never. */
const NEVER = 2;
const colluder = (name: string, liesFrom: number, later: Later): Profile =>
  profileOf(name, { type: 'collude', liesFrom, later });

/** A coalition of so many of a hundred lots, one strategy at a time: the first only shares its work. */
export const coalitionOf = (copies: number, tasks: number): readonly Table[] =>
  [
    colluder('shares one execution, never lies', NEVER, 'persist'),
    colluder('lies where it has a quorum, insists', 0.7, 'persist'),
    colluder('lies where it has a quorum, then gives in', 0.7, 'flip'),
    colluder('lies where it has a quorum, then falls silent', 0.7, 'hide'),
    { ...colluder('lies where it has a quorum, own class', 0.7, 'persist'), runtimeClass: PRIVATE_CLASS },
    colluder('always lies', 0, 'persist'),
    { ...guess(1, 0.95), runtimeClass: PRIVATE_CLASS, name: 'each guesses (95 %), with one class of their own' },
    { ...guess(1, 0.99), runtimeClass: PRIVATE_CLASS, name: 'each guesses (99 %), with one class of their own' },
  ].map((profile) =>
    strategyTable(
      { id: 'C1', title: `coalition of ${copies} %, audits at 5 %`, cases: [{ profile }] },
      { tasks, copies },
    ),
  );

/** C1: coalitions of a fifth and of three tenths of all lots. */
export const coalitions = (tasks: number): readonly Table[] => [20, 30].flatMap((copies) => coalitionOf(copies, tasks));

interface Attempt {
  readonly copies: number;
  readonly later: Later;
  readonly rules?: Partial<Rules>;
  readonly runtimeClass?: number;
}

const fresh = (operator: Operator): Operator => ({ ...operator });

/** Loss (MLB) of one capture that is audited, and how it ends. */
const measureCapture = ({ copies, later, rules, runtimeClass }: Attempt, attempts: number) => {
  const profile: Profile = { ...colluder('', 0, later), ...(runtimeClass === undefined ? {} : { runtimeClass }) };
  const start = Array.from({ length: 100 }, (_, i) => createOperator(i, i < copies ? profile : HONEST));
  const all = { ...DEFAULT_RULES, ...rules };
  let lossMlb = 0;
  let settled = 0;
  let undecided = 0;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const operators = start.map(fresh);
    const run = runAuditedCapture(operators, { rules: all, seed: attempt + 1 });
    settled += run.liesSettled;
    undecided += run.undecided;
    for (const operator of operators.slice(0, copies)) {
      lossMlb += inSeatFees(operator.slashedWei) * MLB_PER_SEAT_FEE;
    }
  }
  return { lossMlb: lossMlb / attempts, settled: settled / attempts, undecided: undecided / attempts };
};

const SETTINGS: readonly (readonly [string, Pick<Attempt, 'later' | 'rules' | 'runtimeClass'>])[] = [
  ['insists', { later: 'persist' }],
  ['gives in', { later: 'flip' }],
  ['falls silent', { later: 'hide' }],
  ['insists, class of its own', { later: 'persist', runtimeClass: PRIVATE_CLASS }],
  ['gives in, earlier rounds not judged', { later: 'flip', rules: { areEarlierRoundsJudged: false } }],
  ['insists, young model', { later: 'persist', rules: { standing: 'young' } }],
  ['gives in, young model, own class', { later: 'flip', rules: { standing: 'young' }, runtimeClass: PRIVATE_CLASS }],
  ['insists, young model, own class', { later: 'persist', rules: { standing: 'young' }, runtimeClass: PRIVATE_CLASS }],
];

/** C2: T26 with everything that happens after the audit: what a lie of a whole committee may be worth. */
export const captures = (attempts: number): Table => ({
  id: 'C2',
  title: `all 4 seats a coalition's, lie audited (${attempts} attempts each): loss and end; largest gain that does not pay at 5 % and 25 % audits`,
  columns: ['f', 'in later rounds', 'loss MLB', 'undecided', 'settled wrong', 'gain at 5 %', 'gain at 25 %'],
  rows: [20, 30].flatMap((copies) =>
    SETTINGS.map(([name, setting]) => {
      const { lossMlb, settled, undecided } = measureCapture({ copies, ...setting }, attempts);
      const share = (value: number): string => `${(100 * value).toFixed(1)} %`;
      const gainAt = (rate: number): number => Math.round((rate * lossMlb) / (1 - rate + rate * settled));
      return [copies / 100, name, Math.round(lossMlb), share(undecided), share(settled), gainAt(0.05), gainAt(0.25)];
    }),
  ),
});
