import { COMMIT, type CommitOpening, commitHashOf } from '../message/commit.ts';
import type { SeatMessage } from '../message/seat-message.ts';
import type { Bytes32 } from '../primitives/hex.ts';
import { hashRecord } from '../wire/record.ts';
import { accuse } from './accuse.ts';
import type { RoundParams } from './event.ts';
import { type KnownCommit, type RoundState, type RoundStep, type Rule, unchanged, withSeat } from './state.ts';

/** The commits we may lock: the first of each seat that came before our lock vote or reveal. */
export const lockableCommits = (
  state: RoundState,
): readonly { readonly seat: number; readonly commit: KnownCommit }[] =>
  state.commits.flatMap(([commit], seat) => (commit?.isLockable ? [{ seat, commit }] : []));

/** The commitHash that a seat's result and salt open. */
export const openedBy = (
  { taskId, round }: RoundParams,
  { seat, operator, resultHash, salt }: Pick<CommitOpening, 'seat' | 'operator' | 'resultHash' | 'salt'>,
): Bytes32 => commitHashOf({ taskId, round, seat, operator, resultHash, salt });

/** A seat's first commit counts; a different second one is evidence (E1). Each first one is relayed once. */
export const recordCommit = (
  params: RoundParams,
  state: RoundState,
  message: Extract<SeatMessage, { readonly type: 'commit' }>,
): RoundStep => {
  const signed = message.commit;
  const { seat } = signed.body;
  const known = state.commits[seat] ?? [];
  const structHash = hashRecord(COMMIT, signed.body);
  if (known.some((commit) => commit.structHash === structHash)) return unchanged(state);
  const [first] = known;
  const isMine = seat === params.mySeat;
  const isClosed = state.spent.lockVote !== undefined || state.spent.reveal !== undefined;
  const entry: KnownCommit = { signed, structHash, isLockable: first === undefined && (isMine || !isClosed) };
  const commits = known.length < 2 ? withSeat(state.commits, seat, [...known, entry]) : state.commits;
  const spent = isMine ? { ...state.spent, commit: true } : state.spent;
  const next: RoundState = { ...state, commits, spent };
  if (first === undefined) return { state: next, effects: isMine ? [] : [{ type: 'relay', message }] };
  const operator = params.seats[seat]?.operator;
  if (operator === undefined) return unchanged(state);
  return accuse(params, next, seat, { kind: 'commit', operator, first: first.signed, second: signed });
};

/** SEEDED -> COMMITTED: the result is durable before the commit exists, so that no restart can commit to another one. */
export const commitRule: Rule = (params, state) => {
  const { own, spent, certificate, phase } = state;
  const { mySeat: seat, taskId, round } = params;
  const operator = seat === undefined ? undefined : params.seats[seat]?.operator;
  if (seat === undefined || operator === undefined || own === undefined) return undefined;
  // A commit after the certificate is late everywhere: it would only be noise.
  if (spent.commit || phase !== 'open' || certificate !== undefined) return undefined;
  const { resultHash, salt, blindShare } = own;
  const commitHash = openedBy(params, { seat, operator, resultHash, salt });
  return {
    state: { ...state, spent: { ...spent, commit: true } },
    effects: [
      { type: 'persist', result: own },
      { type: 'sign', unsigned: { type: 'commit', commit: { taskId, round, seat, commitHash, blindShare } } },
    ],
  };
};
