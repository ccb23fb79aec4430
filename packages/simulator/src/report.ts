import { unpackFindings } from '@mlb/protocol';
import { conflictsOf } from './oracle/agreement.ts';
import { violationsOf } from './oracle/catalogue.ts';
import { type SettledLeaf, settledLeaves, unfinishedOf, wrongOf } from './oracle/ending.ts';
import { honestSlashesOf } from './oracle/evidence.ts';
import { isCaptured } from './oracle/facts.ts';
import { honestRowsOf } from './oracle/roots.ts';
import type { Outcome } from './run.ts';
import type { StrategyName } from './strategy/catalogue.ts';

/** What operators of one conduct did and got in one run. */
export interface ConductReport {
  readonly strategy: StrategyName | 'honest';
  readonly operators: number;
  /** Seats drawn, of any round. */
  readonly seats: number;
  /** Seats paid by a settled leaf. */
  readonly paidSeats: number;
  /** In units of 1e9 wei. */
  readonly earnedUnits: number;
  /** Operators that lost stake. */
  readonly slashed: number;
  /** Seats that a certified verdict on chain found wrong or withheld. */
  readonly faulted: number;
}

/** One run in figures. */
export interface SeedReport {
  readonly seed: number;
  readonly traceHash: string;
  readonly violations: readonly string[];
  readonly conflicts: number;
  readonly honestSlashes: number;
  readonly unfinished: number;
  readonly virtualMs: number;
  readonly messages: number;
  readonly crashes: number;
  readonly reorgs: number;
  readonly orders: number;
  readonly seated: number;
  /** Tasks with a certificate of round 0. */
  readonly certifiedFirst: number;
  readonly settled: number;
  readonly disputed: number;
  readonly audited: number;
  readonly judged: number;
  readonly declined: number;
  readonly settledLater: number;
  /** Settled values that no honest machine computes. */
  readonly wrong: number;
  /** Tasks with a committee of which dishonest operators hold 70 %. */
  readonly captured: number;
  readonly conducts: readonly ConductReport[];
}

const count = <T>(list: Iterable<T>, isCounted: (item: T) => boolean): number => [...list].filter(isCounted).length;

const faultedSeats = ({ verdict, committee }: SettledLeaf['leaf'], rows: ReadonlySet<number>): number => {
  const judged = verdict && unpackFindings(verdict.verdict.findings, committee.length);
  const isFaulty = (finding: string): boolean => finding !== 'agreeing' && finding !== 'silent';
  return count(judged?.entries() ?? [], ([seat, { finding }]) => rows.has(committee[seat] ?? -1) && isFaulty(finding));
};

const conductOf = (
  outcome: Outcome,
  leaves: readonly SettledLeaf[],
  strategy: ConductReport['strategy'],
): ConductReport => {
  const { nodes, journal, ledger, universe } = outcome;
  const members = nodes.filter((node) => (node.strategy ?? 'honest') === strategy);
  const rows = new Set(members.map(({ index }) => index));
  const paid = leaves.flatMap(({ leaf }) =>
    leaf.certificate.signatures.filter(({ seat }) => rows.has(leaf.committee[seat] ?? -1)),
  );
  const earned = members.map(({ operator }) => ledger.earned.get(universe.accountOf(operator.address) ?? 0) ?? 0n);
  // A later committee holds the seats of the ones before.
  const last = new Map([...journal.committees].map(([name, seats]) => [name.split('/')[0], seats]));
  return {
    ...{ strategy, operators: members.length, paidSeats: paid.length },
    seats: [...last.values()].flat().filter(({ row }) => rows.has(row)).length,
    earnedUnits: Number(earned.reduce((sum, units) => sum + units, 0n)),
    faulted: leaves.reduce((sum, { leaf }) => sum + faultedSeats(leaf, rows), 0),
    slashed: members.filter(({ operator }) => ledger.slashed.has(operator.address)).length,
  };
};

export const reportOf = (outcome: Outcome): SeedReport => {
  const { plan, journal, traceHash, virtualMs } = outcome;
  const leaves = settledLeaves(outcome);
  const conducts = [...new Set(outcome.nodes.map(({ strategy }) => strategy ?? ('honest' as const)))];
  const certified = new Set(
    journal.certificates.flatMap(({ certificate: { statement } }) => (statement.round === 0 ? [statement.taskId] : [])),
  );
  const firsts = [...journal.committees].filter(([name]) => name.endsWith('/0'));
  const captured = [...journal.committees].filter(([, seats]) => isCaptured(outcome, seats));
  return {
    ...{ seed: plan.seed, traceHash, violations: violationsOf(outcome), virtualMs },
    ...{
      conflicts: conflictsOf(outcome).length,
      honestSlashes: honestSlashesOf(outcome).length + honestRowsOf(outcome).length,
    },
    ...{ unfinished: unfinishedOf(outcome).length, messages: journal.messages },
    ...{ crashes: journal.crashes, reorgs: journal.reorgs, orders: journal.orders.length, seated: firsts.length },
    ...{ certifiedFirst: certified.size, settled: leaves.length, disputed: journal.disputes.size },
    ...{ audited: journal.audits.size, judged: journal.verdicts.size, declined: journal.declines.size },
    settledLater: count(leaves, ({ leaf }) => leaf.certificate.statement.round > 0),
    wrong: plan.isModelMalicious ? 0 : wrongOf(outcome).length,
    captured: new Set(captured.map(([name]) => name.split('/')[0])).size,
    conducts: conducts.map((strategy) => conductOf(outcome, leaves, strategy)),
  };
};
