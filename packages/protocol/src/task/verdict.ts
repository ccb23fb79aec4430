import { heaviestSigners } from '../certificate/assemble.ts';
import { type CertifiedVerdict, packFindings, type TaskVerdict } from '../message/task-verdict.ts';
import { markVerified, type Verified } from '../primitives/verified.ts';
import { hasQuorum } from '../quorum/threshold.ts';
import { isDisputed } from './dispute.ts';
import type { TaskParams, VerdictVote } from './event.ts';
import { isFaulty, judgementsOf } from './findings.ts';
import {
  once,
  placeOf,
  type SeatedRound,
  type TaskRule,
  type TaskState,
  type TaskStep,
  topRoundOf,
  unchangedTask,
  withEntry,
} from './state.ts';

/** Keeps a seat's first verdict vote of a round. */
export const recordVerdictVote = ({ taskId }: TaskParams, state: TaskState, vote: Verified<VerdictVote>): TaskStep => {
  const { round, taskId: voted } = vote.verdict.body;
  const place = placeOf({ round, seat: vote.seat });
  if (voted !== taskId || state.verdictVotes.has(place)) return unchangedTask(state);
  return unchangedTask({ ...state, verdictVotes: withEntry(state.verdictVotes, place, vote) });
};

/** Takes a certified verdict that gossip brought: the first of the latest round. */
export const recordVerdict = (
  { taskId }: TaskParams,
  state: TaskState,
  verdict: Verified<CertifiedVerdict>,
): TaskStep => {
  const isNew = state.verdict === undefined || state.verdict.verdict.round < verdict.verdict.round;
  return unchangedTask(verdict.verdict.taskId === taskId && isNew ? { ...state, verdict } : state);
};

/**
 * The seats of a round vote when their withheld timers are over, and not at the settle timer: else whoever proposes first
 * settles without the verdict.
 */
export const verdictTimerRule: TaskRule = (params, state) => {
  const round = topRoundOf(params, state) ?? 0;
  if (round === 0 || state.rounds.get(round)?.params.mySeat === undefined) return undefined;
  const delayMs = Math.floor((params.timing.settleMs * 3) / 4);
  return once(state, `verdict-timer/${round}`, [
    { type: 'round', round, effect: { type: 'start-timer', timer: 'verdict', delayMs } },
  ]);
};

/** Whether we know a fault that a verdict about the deciding round has to tell. */
export const seesFault = (params: TaskParams, state: TaskState): boolean => {
  const seated = decidingRound(params, state);
  return seated !== undefined && judgementsOf(state, seated)?.some(isFaulty) === true;
};

/** The round that decides, once its verdict or settle timer fired: round 0 judges nobody. */
const decidingRound = (params: TaskParams, state: TaskState): SeatedRound | undefined => {
  const round = topRoundOf(params, state);
  if (round === undefined || round === 0 || isDisputed(params, state, round)) return undefined;
  const seated = state.rounds.get(round);
  return seated?.state.phase === 'settleable' || seated?.state.isVerdictDue ? seated : undefined;
};

/** Our vote about the union, once, when somebody is at fault. */
export const verdictVoteRule: TaskRule = (params, state) => {
  const seated = decidingRound(params, state);
  const seat = seated?.params.mySeat;
  const lockRoot = seated?.state.certificate?.statement.lockRoot;
  if (seated === undefined || seat === undefined || lockRoot === undefined) return undefined;
  const { round, taskId } = seated.params;
  const name = `verdict/${round}`;
  if (state.done.has(name) || state.verdictVotes.has(placeOf({ round, seat }))) return undefined;
  const judgements = judgementsOf(state, seated);
  if (judgements === undefined || !judgements.some(isFaulty)) return undefined;
  const verdict = { taskId, round, lockRoot, findings: packFindings(judgements) };
  return once(state, name, [{ type: 'sign-verdict', verdict, seat }]);
};

/** The verdict of the deciding round, if we have it. */
export const verdictOf = (params: TaskParams, state: TaskState): Verified<CertifiedVerdict> | undefined => {
  const statement = decidingRound(params, state)?.state.certificate?.statement;
  const isIts = (verdict: TaskVerdict): boolean =>
    verdict.round === statement?.round && verdict.lockRoot === statement.lockRoot;
  return state.verdict !== undefined && isIts(state.verdict.verdict) ? state.verdict : undefined;
};

/** 70 % of the union, at least three seats, signed the same findings about the certified lock. */
export const certifyVerdictRule: TaskRule = (params, state) => {
  const seated = decidingRound(params, state);
  const statement = seated?.state.certificate?.statement;
  if (seated === undefined || statement === undefined || verdictOf(params, state) !== undefined) return undefined;
  const { seats, round } = seated.params;
  const votes = [...state.verdictVotes.values()].filter(
    ({ verdict: { body } }) => body.round === round && body.lockRoot === statement.lockRoot,
  );
  for (const { verdict: first } of votes) {
    const alike = votes.filter(({ verdict: { body } }) => body.findings === first.body.findings);
    const signed = alike.map(({ seat, verdict }) => ({ seat, signature: verdict.signature }));
    const signatures = heaviestSigners(seats, signed).toSorted((a, b) => a.seat - b.seat);
    const signers = signatures.map(({ seat }) => seat);
    if (!hasQuorum(seats, signers)) continue;
    // Every signature came in a verified vote, and the weight was just counted.
    const verdict = markVerified({ verdict: first.body, signatures });
    return { state: { ...state, verdict }, effects: [{ type: 'judged', verdict }] };
  }
  return undefined;
};
