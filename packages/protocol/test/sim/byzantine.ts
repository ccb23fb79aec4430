import { isStatedInReveal } from '../../src/agreement/output.ts';
import { createLock } from '../../src/agreement/resolve.ts';
import type { Lock, RoundState } from '../../src/agreement/state.ts';
import { statementOf } from '../../src/agreement/statement.ts';
import { type Bytes32, commitHashOf, type OwnResult, type SeatMessage, type Verified } from '../../src/index.ts';
import { type Committee, executionOf, signSeatMessage } from './committee.ts';

export type Behaviour =
  | 'silent'
  /** Commits to a wrong output and does everything else right. */
  | 'lying'
  /** As `lying`, just inside or just outside the tolerance: what differs is the output it is given. */
  | 'subtle'
  | 'withholding'
  /** Withholds in round 0 and is silent afterwards. */
  | 'hiding'
  /** As `lying` in round 0; afterwards it commits to what the others revealed there. */
  | 'flipping'
  /** Reveals to some members only. */
  | 'selective'
  /** Commits only after it saw an honest reveal, to that result. */
  | 'copying'
  | 'two-commits'
  | 'two-lock-votes'
  | 'two-statements'
  /** Commits, never reveals, and signs whatever the others certify. */
  | 'free-riding';

export const BEHAVIOURS: readonly Behaviour[] = [
  'silent',
  'lying',
  'subtle',
  'withholding',
  'selective',
  'copying',
  'two-commits',
  'two-lock-votes',
  'two-statements',
  'free-riding',
];

/** What a Byzantine seat sends: to whom is the network's choice when `isPartial`. */
export interface ByzantineSend {
  readonly message: Verified<SeatMessage>;
  readonly isPartial: boolean;
}

/** A Byzantine seat sees the memory of every honest node (a stronger adversary than any real one). */
export interface ByzantineSeat {
  readonly seat: number;
  readonly behaviour: Behaviour;
  /** Messages already sent, so that each move is made once. */
  readonly done: Set<string>;
}

const commitOf = (committee: Committee, seat: number, result: OwnResult): Verified<SeatMessage> => {
  const { taskId, round, seats } = committee.params;
  const operator = seats[seat]?.operator;
  if (operator === undefined) throw new Error('no such seat');
  const { resultHash, salt, blindShare } = result;
  const commitHash = commitHashOf({ taskId, round, seat, operator, resultHash, salt });
  return signSeatMessage(committee, seat, { type: 'commit', commit: { taskId, round, seat, commitHash, blindShare } });
};

const lockVoteOf = (committee: Committee, seat: number, lockRoot: Bytes32): Verified<SeatMessage> => {
  const { taskId, round } = committee.params;
  return signSeatMessage(committee, seat, {
    type: 'lock-vote',
    lockVote: { taskId, round, seat, lockRoot },
    lockedSeats: 0n,
  });
};

const revealOf = (committee: Committee, seat: number, lock: Lock, result: OwnResult): Verified<SeatMessage> => {
  const { taskId, round } = committee.params;
  const { resultHash, salt, execMs, output } = result;
  const statement = isStatedInReveal(committee.params) ? statementOf(committee.params, lock, resultHash) : undefined;
  const reveal = { taskId, round, seat, lockRoot: lock.root, resultHash, salt, execMs };
  return signSeatMessage(committee, seat, { type: 'reveal', reveal, output, statement });
};

const voteOf = (committee: Committee, seat: number, lock: Lock, resultHash: Bytes32): Verified<SeatMessage> => {
  const statement = statementOf(committee.params, lock, resultHash);
  return signSeatMessage(committee, seat, { type: 'vote', seat, canonicalSeat: 0, statement });
};

/** First moves, before anything was seen. */
export const openingMoves = (
  committee: Committee,
  { seat, behaviour }: ByzantineSeat,
  [result, other]: readonly [OwnResult, OwnResult],
): readonly ByzantineSend[] => {
  const isHiding = behaviour === 'hiding' && committee.params.round > 0;
  if (behaviour === 'silent' || behaviour === 'copying' || isHiding) return [];
  const isPartial = behaviour === 'two-commits';
  const first = { message: commitOf(committee, seat, result), isPartial };
  return behaviour === 'two-commits' ? [first, { message: commitOf(committee, seat, other), isPartial }] : [first];
};

const once = (byzantine: ByzantineSeat, move: string): boolean => {
  if (byzantine.done.has(move)) return false;
  byzantine.done.add(move);
  return true;
};

/** Every lock an honest node has revealed under, and every set it could vote for. */
const locksOf = (honest: readonly RoundState[]): readonly Lock[] => {
  const known = honest.flatMap(({ locks }) => locks);
  const possible = honest.map(({ commits }) =>
    createLock(commits.flatMap(([commit], seat) => (commit === undefined ? [] : [{ seat, commit }]))),
  );
  return [...new Map([...known, ...possible].map((lock) => [lock.root, lock])).values()];
};

const canonicalHashes = (honest: readonly RoundState[]): readonly Bytes32[] => [
  ...new Set(honest.flatMap(({ reveals }) => reveals.flat().map(({ message }) => message.reveal.body.resultHash))),
];

/** Moves that became possible; each is made once. Byzantine seats vote for every lock when they may sign twice. */
export const nextMoves = (
  committee: Committee,
  byzantine: ByzantineSeat,
  { honest, results }: { readonly honest: readonly RoundState[]; readonly results: readonly [OwnResult, OwnResult] },
): readonly ByzantineSend[] => {
  const { seat, behaviour } = byzantine;
  const [result, other] = results;
  const moves: ByzantineSend[] = [];
  const add = (name: string, message: () => Verified<SeatMessage>, isPartial = false): void => {
    if (once(byzantine, name)) moves.push({ message: message(), isPartial });
  };
  if (behaviour === 'silent' || (behaviour === 'hiding' && committee.params.round > 0)) return moves;
  const revealed = honest.flatMap(({ reveals }) => reveals.flat());
  if (behaviour === 'copying' && revealed[0] !== undefined) {
    const copy = executionOf(seat, revealed[0].message.output, 1);
    add('copy', () => commitOf(committee, seat, copy));
    for (const lock of locksOf(honest)) add(`reveal ${lock.root}`, () => revealOf(committee, seat, lock, copy));
    for (const lock of locksOf(honest)) add(`lock-vote ${lock.root}`, () => lockVoteOf(committee, seat, lock.root));
    return moves;
  }
  const roots = honest.flatMap(({ spent }) => spent.lockVote ?? []);
  for (const root of roots) {
    if (behaviour === 'two-lock-votes' || !byzantine.done.has('voted'))
      add(`lock-vote ${root}`, () => lockVoteOf(committee, seat, root), behaviour === 'two-lock-votes');
    byzantine.done.add('voted');
  }
  if (behaviour === 'two-lock-votes' && roots.length > 0) {
    add('false lock-vote', () => lockVoteOf(committee, seat, createLock([]).root), true);
  }
  if (revealed.length === 0) return moves;
  const locks = honest.flatMap((state) => state.locks);
  for (const lock of locks.filter(({ members }) => members.some((member) => member.seat === seat))) {
    const isTwice = behaviour === 'two-statements' || behaviour === 'two-commits';
    const isMute = behaviour === 'withholding' || behaviour === 'hiding' || behaviour === 'free-riding';
    if (!isMute && (isTwice || !byzantine.done.has('revealed'))) {
      add(`reveal ${lock.root}`, () => revealOf(committee, seat, lock, result), behaviour === 'selective');
      if (behaviour === 'two-commits') add(`other ${lock.root}`, () => revealOf(committee, seat, lock, other));
      byzantine.done.add('revealed');
    }
    if (committee.params.mode.type === 'exact' && behaviour !== 'two-statements') continue;
    for (const hash of canonicalHashes(honest)) {
      if (isTwice || !byzantine.done.has('stated'))
        add(`vote ${lock.root} ${hash}`, () => voteOf(committee, seat, lock, hash), isTwice);
      if (behaviour !== 'withholding') byzantine.done.add('stated');
    }
  }
  return moves;
};
