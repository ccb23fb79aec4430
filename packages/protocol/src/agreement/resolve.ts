import { lockRootOf } from '../message/lock-vote.ts';
import { blindOf } from '../message/result-statement.ts';
import { MAX_REDUNDANCY } from '../params.ts';
import type { Bytes32 } from '../primitives/hex.ts';
import { hasThreshold, meetsThreshold, totalWeightOf, weightOf } from '../quorum/threshold.ts';
import type { RoundParams } from './event.ts';
import { type KnownCommit, type Lock, type RoundState, withSeat } from './state.ts';

type Members = Lock['members'];
/** The commits of each seat that a set may hold. */
export type Options = readonly (readonly KnownCommit[])[];

/**
 * Sets of commits tried for one root: all of them in a first committee, and no more however many seats equivocate. In a
 * larger union most sets are never tried: there the lock votes say which set they mean.
 */
const MAX_SETS_TRIED = 4096;
const MAX_SETS_TRIED_OF_UNION = 256;
/** Different sets kept of the lock votes of one seat: one who relays a false one must not hide the true one. */
const MAX_HINTS_PER_SEAT = 2;

/** Bit s is set for a set with seat s. */
export const seatsToBits = (members: readonly { readonly seat: number }[]): bigint =>
  members.reduce((bits, { seat }) => bits | (1n << BigInt(seat)), 0n);

export const createLock = (members: Members): Lock => ({
  root: lockRootOf(members.map(({ seat, commit }) => ({ seat, commitStructHash: commit.structHash }))),
  members,
  blind: blindOf(members.map(({ seat, commit }) => ({ seat, blindShare: commit.signed.body.blindShare }))),
});

/** Keeps what a seat's lock vote says about the set behind its root. */
export const withHint = (state: RoundState, seat: number, hint: bigint): RoundState => {
  const known = state.lockHints[seat] ?? [];
  if (hint === 0n || known.includes(hint) || known.length >= MAX_HINTS_PER_SEAT) return state;
  return { ...state, lockHints: withSeat(state.lockHints, seat, [...known, hint]) };
};

/** Sets of at least 70 % of the weight, one commit a seat, the fullest first. `reachable` is what a set can still weigh. */
function* setsOf(
  params: RoundParams,
  options: Options,
  { chosen, reachable }: { readonly chosen: Members; readonly reachable: bigint },
): Generator<Members> {
  if (!meetsThreshold(reachable, totalWeightOf(params.seats))) return;
  const [candidates, ...rest] = options;
  if (candidates === undefined) {
    yield chosen;
    return;
  }
  const seat = params.seats.length - options.length;
  for (const commit of candidates) {
    yield* setsOf(params, rest, { chosen: [...chosen, { seat, commit }], reachable });
  }
  const lost = candidates.length === 0 ? 0n : (params.seats[seat]?.weight ?? 0n);
  yield* setsOf(params, rest, { chosen, reachable: reachable - lost });
}

/** One commit of each of these seats, in every combination. */
function* choicesOf(options: Options, seats: readonly number[], chosen: Members = []): Generator<Members> {
  const seat = seats[chosen.length];
  if (seat === undefined) {
    yield chosen;
    return;
  }
  for (const commit of options[seat] ?? []) yield* choicesOf(options, seats, [...chosen, { seat, commit }]);
}

/** The sets to try, the hinted ones first. */
function* candidatesOf(params: RoundParams, options: Options, hints: ReadonlySet<bigint>): Generator<Members> {
  for (const hint of hints) {
    const seats = params.seats.flatMap((_, seat) => ((hint >> BigInt(seat)) & 1n ? [seat] : []));
    const isKnown = seats.every((seat) => (options[seat]?.length ?? 0) > 0);
    if (isKnown && hasThreshold(params.seats, seats)) yield* choicesOf(options, seats);
  }
  const present = options.flatMap(({ length }, seat) => (length > 0 ? [seat] : []));
  yield* setsOf(params, options, { chosen: [], reachable: weightOf(params.seats, present) });
}

/** Seats that a root may stand for: what a certificate says, and what lock votes came with. */
const hintsOf = ({ certificate, lockHints }: RoundState): ReadonlySet<bigint> =>
  new Set([...(certificate === undefined ? [] : [seatsToBits(certificate.locked)]), ...lockHints.flat()]);

/** The set of these commits that a root names, or undefined if it names others. */
export const resolveLock = (
  params: RoundParams,
  state: RoundState,
  { options, root }: { readonly options: Options; readonly root: Bytes32 },
): Lock | undefined => {
  let left = params.seats.length > MAX_REDUNDANCY ? MAX_SETS_TRIED_OF_UNION : MAX_SETS_TRIED;
  for (const members of candidatesOf(params, options, hintsOf(state))) {
    if (left === 0) return undefined;
    left -= 1;
    const lock = createLock(members);
    if (lock.root === root) return lock;
  }
  return undefined;
};
