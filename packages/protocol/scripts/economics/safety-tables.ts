import { drawCommittee } from '../../src/index.ts';
import { bytes32, rowOf, snapshotOf } from '../../test/fixture/network.ts';
import { createRandom } from '../../test/sim/random.ts';
import { type ChainInput, enumerateChain, quorumOf, sizesOf } from './safety.ts';
import { sampleTask } from './sample.ts';
import { scientific, type Table } from './table.ts';

const SHARES = [0.1, 0.2, 0.3, 0.4];
/** T7 of the research page: one round | with disputes | with 5 % audits, by n0 and share. */
const EXPECTED: Readonly<Record<number, readonly string[]>> = {
  3: ['1.0e-3 / 1.0e-3 / 9.6e-4', '8.0e-3 / 8.6e-3 / 8.2e-3', '2.7e-2 / 3.4e-2 / 3.3e-2', '6.4e-2 / 1.0e-1 / 9.8e-2'],
  4: ['3.7e-3 / 1.4e-4 / 1.3e-4', '2.7e-2 / 1.9e-3 / 1.8e-3', '8.4e-2 / 9.3e-3 / 8.9e-3', '1.8e-1 / 3.2e-2 / 3.1e-2'],
  5: ['4.6e-4 / 1.5e-5 / 1.4e-5', '6.7e-3 / 3.9e-4 / 3.7e-4', '3.1e-2 / 2.9e-3 / 2.8e-3', '8.7e-2 / 1.5e-2 / 1.4e-2'],
  7: ['1.8e-4 / 1.8e-7 / 1.7e-7', '4.7e-3 / 1.7e-5 / 1.6e-5', '2.9e-2 / 3.0e-4 / 2.9e-4', '9.6e-2 / 3.6e-3 / 3.5e-3'],
};
const lie = (colluding: number): Omit<ChainInput, 'sizes'> => ({
  colluding,
  offline: 0.01,
  collusion: 'lie',
  auditRate: 0,
});

const wrongOf = (redundancy: number, colluding: number): string => {
  const sizes = sizesOf(redundancy);
  const runs = [
    enumerateChain({ ...lie(colluding), sizes: [redundancy] }),
    enumerateChain({ ...lie(colluding), sizes }),
    enumerateChain({ ...lie(colluding), sizes, auditRate: 0.05 }),
  ];
  return runs.map(({ wrong }) => scientific(wrong)).join(' / ');
};

/** T7: P(a wrong result settles) by exact enumeration with the real quorum and the real sizes of the rounds. */
export const wrongSettles = (): Table => ({
  id: 'T7',
  title: 'P(wrong settles): one round / with later rounds / and 5 % audits; 1 % offline, colluders always lie',
  columns: ['n0', 'sizes', 'f', 'measured', 'research'],
  rows: [3, 4, 5, 7].flatMap((redundancy) =>
    SHARES.map((f, i) => [
      redundancy,
      sizesOf(redundancy).join(' '),
      f,
      wrongOf(redundancy, f),
      EXPECTED[redundancy]?.[i] ?? '',
    ]),
  ),
});

/** T7 by sampling, with its error; and with disputes in every round but the last, as the task machine has them. */
export const sampledCaptures = (tasks: number): Table => ({
  id: 'T7, sampled',
  title: `P(wrong settles) and P(undecided) of ${tasks} drawn tasks (standard error), against the enumeration`,
  columns: [
    'n0',
    'rounds',
    'f',
    'drawn',
    'exact',
    'sigmas apart',
    'undecided',
    'disputes in every round',
    'undecided then',
  ],
  rows: [4, 7].flatMap((redundancy) =>
    [false, true].flatMap((hasDisputes) =>
      [0.1, 0.2, 0.3].map((colluding, i) => {
        const sizes = hasDisputes ? sizesOf(redundancy) : [redundancy];
        const exact = enumerateChain({ ...lie(colluding), sizes }).wrong;
        const error = Math.sqrt((exact * (1 - exact)) / tasks);
        const drawn = (isEveryRoundDisputed: boolean): { readonly wrong: number; readonly undecided: number } => {
          const random = createRandom(1000 * redundancy + 10 * i + (hasDisputes ? 1 : 0));
          const count = { right: 0, wrong: 0, undecided: 0 };
          for (let task = 0; task < tasks; task += 1) {
            count[sampleTask({ sizes, colluding, offline: 0.01, isEveryRoundDisputed }, random) ?? 'undecided'] += 1;
          }
          return { wrong: count.wrong / tasks, undecided: count.undecided / tasks };
        };
        const [first, every] = [drawn(false), drawn(true)];
        const sigmas = ((first.wrong - exact) / error).toFixed(1);
        return [
          redundancy,
          sizes.length,
          colluding,
          `${scientific(first.wrong)} (${scientific(error)})`,
          scientific(exact),
          sigmas,
          scientific(first.undecided),
          scientific(every.wrong),
          scientific(every.undecided),
        ];
      }),
    ),
  ),
});

const OFFLINE = [0.01, 0.05, 0.1];
const EXPECTED_LIVENESS: Readonly<Record<number, readonly string[]>> = {
  3: ['.970/3.35', '.857/4.14', '.729/5.17'],
  4: ['.9994/4.16', '.986/4.30', '.948/4.86'],
  5: ['.999/5.16', '.977/5.41', '.919/6.25'],
};

/** T9: an honest network. */
export const liveness = (): Table => ({
  id: 'T9',
  title: 'honest network: P(certificate in round 0) / executions a task, 5 % audits',
  columns: ['n0', 'offline', 'measured', 'P(undecided)', 'research'],
  rows: [3, 4, 5].flatMap((redundancy) =>
    OFFLINE.map((offline, i) => {
      const input = { ...lie(0), offline, auditRate: 0.05, sizes: sizesOf(redundancy) };
      const { firstQuorum, executions, undecided } = enumerateChain(input);
      const measured = `${firstQuorum.toFixed(4)}/${executions.toFixed(2)}`;
      return [redundancy, offline, measured, scientific(undecided), EXPECTED_LIVENESS[redundancy]?.[i] ?? ''];
    }),
  ),
});

const hypergeometricTail = (pool: number, marked: number, drawn: number, atLeast: number): number => {
  const logChoose = (n: number, k: number): number => {
    let sum = 0;
    for (let i = 1; i <= k; i += 1) sum += Math.log((n - k + i) / i);
    return sum;
  };
  let tail = 0;
  for (let i = atLeast; i <= drawn; i += 1) {
    tail += Math.exp(logChoose(marked, i) + logChoose(pool - marked, drawn - i) - logChoose(pool, drawn));
  }
  return tail;
};

/** T2b: that the real draw captures committees exactly as often as chance does. */
export const capture = (draws: number): Table => {
  const snapshot = snapshotOf(Array.from({ length: 100 }, (_, i) => rowOf(i)));
  const rows = [4, 7].flatMap((redundancy) =>
    [10, 20, 30].map((marked) => {
      let captured = 0;
      for (let i = 0; i < draws; i += 1) {
        const seats = drawCommittee({
          seed: bytes32(`${redundancy} ${marked} ${i}`),
          snapshot,
          redundancy,
          exclude: [],
        });
        const count = seats?.filter(({ row }) => row < marked).length ?? 0;
        if (count >= quorumOf(redundancy)) captured += 1;
      }
      const expected = hypergeometricTail(100, marked, redundancy, quorumOf(redundancy));
      const deviation = (captured / draws - expected) / Math.sqrt((expected * (1 - expected)) / draws);
      return [redundancy, marked / 100, scientific(captured / draws), scientific(expected), deviation.toFixed(1)];
    }),
  );
  return {
    id: 'T2b',
    title: `P(capture of round 0), ${draws} real draws from 100 operators, against the hypergeometric tail`,
    columns: ['n0', 'f', 'drawn', 'exact', 'sigmas apart'],
    rows,
  };
};
