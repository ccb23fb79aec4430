import type { Shrunk, Summary } from '@mlb/simulator';
import { facts, listing } from '../table.ts';
import type { Figures } from './figures.ts';

const percent = (part: number, whole: number): string => (whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)} %`);

/** The table by conduct, then what the runs came to. */
export const describeSummary = (summary: Summary): string => {
  const { strategies, liveness, safety } = summary;
  const rows = strategies.map((row) => [
    ...[row.strategy, row.runs, row.operators, row.seats, percent(row.paidSeats, row.seats)],
    ...[row.earnedPerSeat, row.slashed, row.faulted, row.violations],
  ]);
  const head = ['conduct', 'runs', 'operators', 'seats', 'paid', 'units a seat', 'slashed', 'faulted', 'violations'];
  const outcome = facts([
    ['runs', summary.seeds],
    ['violations', summary.violations],
    ['conflicting certificates', summary.conflicts],
    ['honest slashes', summary.honestSlashes],
    ['unfinished tasks', summary.unfinished],
    [
      'tasks',
      `${liveness.seated} seated, ${liveness.settled} settled, ${liveness.settledLater} of them by a later round`,
    ],
    ['disputes', `${safety.disputed} disputed, ${safety.audited} audited, ${safety.judged} judged`],
    ['captured', `${safety.captured} committees, ${safety.wrong} wrong results settled`],
    ['speed', `${summary.seedsPerMinute} runs a minute, virtual over real ${summary.virtualOverReal}`],
  ]);
  return [listing(head, rows, 'no runs'), '', outcome].join('\n');
};

/** A failing run in as few events as were found. */
export const describeShrunk = ({ plan, events, runs }: Shrunk): string =>
  [`seed ${plan.seed}, made small in ${runs} runs:`, ...events.map((line) => `  ${line}`)].join('\n');

const rare = (probability: number): string => (probability === 0 ? '0' : probability.toExponential(1));

/** What the real machine gives, beside what the research expects. */
export const describeFigures = ({ safety, liveness }: Figures): string => {
  const wrong = safety.map(({ redundancy, adversaryShare, singleRound, withDisputes, expected, runs }) => [
    ...[redundancy, adversaryShare, rare(singleRound), rare(expected.singleRound)],
    ...[rare(withDisputes), rare(expected.withDisputes), runs],
  ]);
  const quorum = liveness.map(({ redundancy, offlineShare, firstQuorum, expected, runs }) => [
    ...[redundancy, offlineShare, firstQuorum.toFixed(4), expected.toFixed(4), runs],
  ]);
  return [
    'P(wrong settles)',
    listing(['seats', 'adversary', 'one round', 'T7', 'with disputes', 'T7', 'runs'], wrong, ''),
    '',
    'P(quorum in round 0)',
    listing(['seats', 'offline', 'measured', 'T9', 'runs'], quorum, ''),
  ].join('\n');
};
