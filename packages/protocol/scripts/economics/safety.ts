import { hasQuorum, LOT_MLB, MAX_UNION_SEATS, roundSizes, type Seat } from '../../src/index.ts';
import { someAddress } from '../../test/fixture/network.ts';

const SEATS: readonly Seat[] = Array.from({ length: MAX_UNION_SEATS }, (_, i) => ({
  operator: someAddress(`seat ${i}`),
  sessionKey: someAddress(`key ${i}`),
  weight: LOT_MLB * 5000n,
}));
const quorums = new Map<number, number>();

/** Fewest of `size` equal seats that the real quorum rule accepts. */
export const quorumOf = (size: number): number => {
  const known = quorums.get(size);
  if (known !== undefined) return known;
  const seats = SEATS.slice(0, size);
  let count = 0;
  while (
    !hasQuorum(
      seats,
      Array.from({ length: count }, (_, seat) => seat),
    )
  )
    count += 1;
  quorums.set(size, count);
  return count;
};

/** The colluders: lie always, lie only when they hold a quorum of round 0, or reveal junk where that prevents one. */
export type Collusion = 'lie' | 'opportunist' | 'block';

export interface ChainInput {
  /** Cumulative sizes of the rounds. */
  readonly sizes: readonly number[];
  /** Share of colluding seats, and of honest seats that are offline. */
  readonly colluding: number;
  readonly offline: number;
  readonly collusion: Collusion;
  /** Share of unanimous certificates that are audited by three. */
  readonly auditRate: number;
}

export interface ChainOutcome {
  right: number;
  wrong: number;
  undecided: number;
  executions: number;
  /** Of a certificate in round 0. */
  firstQuorum: number;
}

interface Union {
  readonly liars: number;
  readonly honest: number;
  readonly isLying: boolean;
}

const binomials: number[][] = [[1]];
const choose = (n: number, k: number): number => {
  for (let row = binomials.length; row <= n; row += 1) {
    const above = binomials[row - 1] ?? [];
    binomials.push(Array.from({ length: row + 1 }, (_, i) => (above[i - 1] ?? 0) + (above[i] ?? 0)));
  }
  return binomials[n]?.[k] ?? 0;
};
const chanceOf = (n: number, k: number, p: number): number => choose(n, k) * p ** k * (1 - p) ** (n - k);

const AUDITORS = 3;
const NEGLIGIBLE = 1e-16;

/** Exact enumeration of the rounds of one task: any dissent against a certificate of round 0 opens the next round. */
export const enumerateChain = (input: ChainInput): ChainOutcome => {
  const { sizes, colluding, offline, collusion, auditRate } = input;
  const outcome: ChainOutcome = { right: 0, wrong: 0, undecided: 0, executions: 0, firstQuorum: 0 };
  const missed = (colluding + (1 - colluding) * offline) ** AUDITORS;

  const decide = (round: number, union: Union, chance: number): void => {
    const quorum = quorumOf(sizes[round] ?? 0);
    const { liars, honest, isLying } = union;
    const forWrong = isLying && collusion !== 'block' ? liars : 0;
    const forRight = honest + (isLying ? 0 : liars);
    const isContested = isLying && forRight > 0 && liars > 0;
    const mayGoOn = round + 1 < sizes.length;
    const isFirst = round === 0;
    if (isFirst && Math.max(forWrong, forRight) >= quorum) outcome.firstQuorum += chance;
    if (Math.max(forWrong, forRight) < quorum) {
      if (mayGoOn) seat(round + 1, union, chance);
      else outcome.undecided += chance;
      return;
    }
    if (isFirst && isContested && mayGoOn) {
      seat(round + 1, union, chance);
      return;
    }
    if (forWrong < quorum) {
      outcome.right += chance;
      if (isFirst) outcome.executions += chance * auditRate * AUDITORS;
      return;
    }
    const caught = isFirst && mayGoOn ? auditRate * (1 - missed) : 0;
    outcome.wrong += chance * (1 - caught);
    if (caught > 0) {
      outcome.executions += chance * auditRate * AUDITORS;
      seat(round + 1, union, chance * caught);
    }
  };

  const liesAtFirst = (liars: number, honest: number): boolean => {
    if (collusion === 'lie') return true;
    const quorum = quorumOf(sizes[0] ?? 0);
    return collusion === 'opportunist' ? liars >= quorum : honest < quorum && liars > 0;
  };

  const seat = (round: number, before: Union, chance: number): void => {
    const fresh = (sizes[round] ?? 0) - (sizes[round - 1] ?? 0);
    outcome.executions += chance * fresh;
    for (let liars = 0; liars <= fresh; liars += 1) {
      for (let away = 0; away <= fresh - liars; away += 1) {
        const weight = chanceOf(fresh, liars, colluding) * chanceOf(fresh - liars, away, offline);
        if (chance * weight < NEGLIGIBLE) continue;
        const all = before.liars + liars;
        const honest = before.honest + fresh - liars - away;
        const isLying = round === 0 ? liesAtFirst(all, honest) : before.isLying;
        decide(round, { liars: all, honest, isLying }, chance * weight);
      }
    }
  };
  seat(0, { liars: 0, honest: 0, isLying: false }, 1);
  return outcome;
};

/** All rounds of the protocol for n0 seats. */
export const sizesOf = (redundancy: number): readonly number[] => roundSizes(redundancy);
