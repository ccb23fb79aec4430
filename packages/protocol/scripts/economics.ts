/**
 * Reproduces the economic tables of research/protocol.md with the real code, and what was found beside them:
 * `pnpm --filter @mlb/protocol economics [--json] [--tasks N] [--only T21,T7]`. Deterministic: every table has fixed seeds.
 */
import { parseArgs } from 'node:util';
import { captures, coalitions } from './economics/coalition-tables.ts';
import { deterrence, falseQuarantine, valueAtRisk, washEmission } from './economics/incentive-tables.ts';
import { controller, ratchet, supply } from './economics/price-tables.ts';
import { climb, fall, rest, steadyState, washTrading } from './economics/reputation-tables.ts';
import { capture, liveness, sampledCaptures, wrongSettles } from './economics/safety-tables.ts';
import {
  evasive,
  unilateral,
  withoutBudget,
  withoutCommitments,
  withoutRules,
  youngModels,
} from './economics/strategy-tables.ts';
import { formatTable, type Table } from './economics/table.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    tasks: { type: 'string', default: '120000' },
    draws: { type: 'string', default: '10000' },
    attempts: { type: 'string', default: '2000' },
    samples: { type: 'string', default: '400000' },
    only: { type: 'string' },
  },
});

const tasks = Number(values.tasks);
const draws = Number(values.draws);
const attempts = Number(values.attempts);
const samples = Number(values.samples);
if (![tasks, draws, attempts, samples].every((count) => Number.isSafeInteger(count) && count > 0)) {
  throw new Error('--tasks, --draws, --attempts and --samples are whole numbers above 0');
}

const sections: Readonly<Record<string, () => readonly Table[]>> = {
  T7: () => [wrongSettles(), sampledCaptures(samples)],
  T9: () => [liveness()],
  T2b: () => [capture(draws)],
  T13: () => [climb()],
  T14: () => [steadyState()],
  T15: () => [fall()],
  T17: () => [rest()],
  T18: () => [washTrading()],
  T19: () => [controller()],
  T21: () => unilateral(tasks),
  T21b: () => evasive(tasks),
  T22: () => [withoutCommitments(tasks)],
  T23: () => [withoutBudget(tasks)],
  T26: () => [deterrence()],
  T27: () => [valueAtRisk()],
  T33: () => [washEmission()],
  T33b: () => [supply()],
  R1: () => [ratchet()],
  R2: () => withoutRules(tasks),
  R2b: () => youngModels(tasks),
  R3: () => [falseQuarantine(1000)],
  C1: () => coalitions(tasks),
  C2: () => [captures(attempts)],
};

const wanted = values.only?.split(',') ?? Object.keys(sections);
const unknown = wanted.filter((id) => sections[id] === undefined);
if (unknown.length > 0) {
  throw new Error(`no table ${unknown.join(', ')}; there are ${Object.keys(sections).join(', ')}`);
}

const tables: Table[] = [];
for (const id of wanted) {
  const made = sections[id]?.() ?? [];
  if (!values.json) for (const table of made) console.log(formatTable(table));
  tables.push(...made);
}
if (values.json) console.log(JSON.stringify({ tasks, draws, tables }));
