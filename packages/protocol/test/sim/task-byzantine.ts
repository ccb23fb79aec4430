import {
  type Bytes32,
  DECLINE,
  DISSENT,
  packFindings,
  ROUND_FAIL,
  type SeatMessage,
  statementHashOf,
  type TaskEvent,
  VERDICT,
  type Verified,
} from '../../src/index.ts';
import { type ByzantineSeat, nextMoves, openingMoves } from './byzantine.ts';
import { type Committee, executionOf, outputBytes, signBody } from './committee.ts';
import { committeeOf, drawOf, type Pool } from './task-pool.ts';
import type { TaskShell } from './task-shell.ts';

/** What a Byzantine operator does besides its behaviour in each round. */
export type Extra = 'false-dissent' | 'false-fail' | 'false-verdict' | 'false-opening' | 'decline-and-commit';
export const EXTRAS: readonly Extra[] = [
  'false-dissent',
  'false-fail',
  'false-verdict',
  'false-opening',
  'decline-and-commit',
];

export interface ByzantineOperator {
  readonly operator: number;
  readonly behaviour: ByzantineSeat['behaviour'];
  readonly extras: readonly Extra[];
  /** By round. */
  readonly seats: Map<number, ByzantineSeat>;
  readonly done: Set<string>;
}

export interface ByzantineAct {
  readonly round: number;
  readonly message?: Verified<SeatMessage>;
  readonly event?: TaskEvent;
  readonly isPartial: boolean;
}

const eventsOf = (
  committee: Committee,
  { seat, round, honest }: { readonly seat: number; readonly round: number; readonly honest: readonly TaskShell[] },
  extra: Extra,
): readonly Omit<ByzantineAct, 'round'>[] => {
  const { taskId, seats } = committee.params;
  const known = honest.flatMap((shell) => shell.state.rounds.get(round)?.state.certificate ?? [])[0];
  const sign = <T>(schema: Parameters<typeof signBody<T>>[1]['schema'], body: T) =>
    signBody(committee, { seat, schema, body }) as never;
  switch (extra) {
    case 'false-dissent': {
      if (known === undefined) return [];
      const body = { taskId, round, seat, reason: 0, statementHash: statementHashOf(known.statement) };
      return [{ event: { type: 'dissent', dissent: sign(DISSENT, body) }, isPartial: true }];
    }
    case 'false-fail':
      return [{ event: { type: 'round-fail', roundFail: sign(ROUND_FAIL, { taskId, round, seat }) }, isPartial: true }];
    case 'false-verdict': {
      if (known === undefined || round === 0) return [];
      const findings = packFindings(seats.map(() => ({ finding: 'gross', isOverturnedSigner: true })));
      const body = { taskId, round, lockRoot: known.statement.lockRoot, findings };
      const message = { type: 'verdict-vote', seat, verdict: sign(VERDICT, body) } as unknown as Verified<SeatMessage>;
      return [{ message, isPartial: false }];
    }
    case 'false-opening': {
      const blind = `0x${'77'.repeat(32)}` as Bytes32;
      const opening = { type: 'earlier-value', taskId, round, seat, earlierRound: 0, blind, output: outputBytes([9]) };
      return [{ message: opening as Verified<SeatMessage>, isPartial: false }];
    }
    case 'decline-and-commit':
      // The substitute is filled in by the world, which knows the ranks.
      return round === 0
        ? [
            {
              event: { type: 'decline', decline: sign(DECLINE, { taskId, round, seat }) } as unknown as TaskEvent,
              isPartial: true,
            },
          ]
        : [];
  }
};

/** Everything a Byzantine operator can do now in the rounds that run; each once. */
export const actsOf = (
  pool: Pool,
  byzantine: ByzantineOperator,
  {
    honest,
    declined,
    output,
  }: { readonly honest: readonly TaskShell[]; readonly declined: ReadonlySet<number>; readonly output: Uint8Array },
): readonly ByzantineAct[] => {
  const rounds = new Set(honest.flatMap(({ state }) => [...state.rounds.keys()]));
  return [...rounds].flatMap((round): readonly ByzantineAct[] => {
    const members = drawOf(pool, round, declined) ?? [];
    const seat = members.indexOf(byzantine.operator);
    if (seat < 0) return [];
    const committee = committeeOf(pool, round, members);
    const life = 100 + 10 * round;
    const seen = byzantine.behaviour === 'flipping' && round > 0 ? honest[0]?.disk.results.get(0)?.output : undefined;
    const results = [
      executionOf(byzantine.operator, seen ?? output, life),
      executionOf(byzantine.operator, seen ?? output, life + 1),
    ] as const;
    const isFirst = !byzantine.seats.has(round);
    const player = byzantine.seats.get(round) ?? { seat, behaviour: byzantine.behaviour, done: new Set<string>() };
    byzantine.seats.set(round, player);
    const states = honest.flatMap(({ state }) => state.rounds.get(round)?.state ?? []);
    const sends = isFirst
      ? openingMoves(committee, player, results)
      : nextMoves(committee, player, { honest: states, results });
    const extras = byzantine.extras.flatMap((extra) => {
      const name = `${extra}/${round}`;
      const acts = byzantine.done.has(name) ? [] : eventsOf(committee, { seat, round, honest }, extra);
      if (acts.length > 0) byzantine.done.add(name);
      return acts;
    });
    return [...sends, ...extras].map((act) => ({ ...act, round }));
  });
};
