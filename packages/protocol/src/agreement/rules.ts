import { dutyOf, type SeatMessage } from '../message/seat-message.ts';
import { certifyRule, dissentRule, outputRule, recordCertificate } from './certify.ts';
import { commitRule, recordCommit } from './commit.ts';
import { recordEarlierValue } from './earlier.ts';
import type { OwnResult, RoundEffect, RoundEvent, RoundParams, TimerName } from './event.ts';
import { graceRule, lockVoteRule, recordLockVote, resolveRule } from './lock.ts';
import { openingRule } from './opening.ts';
import { recordReveal, relayRule, revealRule } from './reveal.ts';
import { type RoundState, type RoundStep, type Rule, unchanged } from './state.ts';
import { examineRule, recordStatement } from './statement.ts';
import { revealTimerRule, voteRule } from './vote.ts';
import { withheldRule, withheldTimerRule } from './withheld.ts';

/** All decisions of a round, in the order in which they are looked at; each makes the ones before it look again. */
export const ROUND_RULES: readonly Rule[] = [
  commitRule,
  resolveRule,
  relayRule,
  revealRule,
  graceRule,
  lockVoteRule,
  examineRule,
  revealTimerRule,
  voteRule,
  certifyRule,
  outputRule,
  dissentRule,
  withheldTimerRule,
  withheldRule,
  openingRule,
];

/** Applies rules until none fires. Each fires a bounded number of times: it uses up a duty, a timer or a fact. */
export const settleRules = (rules: readonly Rule[], params: RoundParams, first: RoundStep): RoundStep => {
  let { state } = first;
  const effects: RoundEffect[] = [...first.effects];
  for (;;) {
    const fired = firstOf(rules, params, state);
    if (fired === undefined) return { state, effects };
    state = fired.state;
    effects.push(...fired.effects);
  }
};

const firstOf = (rules: readonly Rule[], params: RoundParams, state: RoundState): RoundStep | undefined => {
  for (const rule of rules) {
    const fired = rule(params, state);
    if (fired !== undefined) return fired;
  }
  return undefined;
};

/** Adds a seat's message to the facts; one of another task or round is ignored. */
export const recordMessage = (params: RoundParams, state: RoundState, message: SeatMessage): RoundStep => {
  if (!isOfRound(params, message)) return unchanged(state);
  switch (message.type) {
    case 'commit':
      return recordCommit(params, state, message);
    case 'lock-vote':
      return recordLockVote(params, state, message);
    case 'reveal':
      return recordReveal(params, state, message);
    case 'vote': {
      const { seat, statement: signed } = message;
      const spent = seat === params.mySeat ? { ...state.spent, vote: true } : state.spent;
      return recordStatement(params, { ...state, spent }, { seat, signed });
    }
    // The task machine's: a round ends with its certificate.
    case 'verdict-vote':
      return unchanged(state);
    case 'earlier-value':
      return recordEarlierValue(params, state, message);
  }
};

const isOfRound = (params: RoundParams, message: SeatMessage): boolean => {
  const { taskId, round, seat } = dutyOf(message);
  return taskId === params.taskId && round === params.round && seat < params.seats.length;
};

const recordExecution = (params: RoundParams, state: RoundState, result: OwnResult): RoundStep =>
  params.mySeat === undefined || state.own !== undefined || state.isSilent || state.phase !== 'open'
    ? unchanged(state)
    : unchanged({ ...state, own: result });

const recordTimer = (state: RoundState, timer: TimerName): RoundStep => {
  switch (timer) {
    case 'exec':
      return unchanged(state.own === undefined ? { ...state, isSilent: true } : state);
    case 'grace':
      return unchanged({ ...state, graceTimer: 'expired' });
    case 'reveal':
      return unchanged({ ...state, revealTimer: 'expired' });
    case 'round':
      if (state.certificate !== undefined || state.phase !== 'open') return unchanged(state);
      return { state: { ...state, phase: 'failed' }, effects: [{ type: 'failed' }] };
    case 'withheld':
      return unchanged({ ...state, withheldTimer: 'expired' });
    case 'verdict':
      return unchanged({ ...state, isVerdictDue: true });
    case 'hold':
      return unchanged({ ...state, isHoldOver: true });
    case 'settle':
      if (state.certificate === undefined || state.phase === 'settleable') return unchanged(state);
      return {
        state: { ...state, phase: 'settleable' },
        effects: [{ type: 'settleable', certificate: state.certificate }],
      };
  }
};

/** What an event adds to the facts, before any decision. */
export const record = (params: RoundParams, state: RoundState, event: RoundEvent): RoundStep => {
  switch (event.type) {
    case 'executed':
      return recordExecution(params, state, event.result);
    case 'execution-failed':
      return recordTimer(state, 'exec');
    case 'message':
      return recordMessage(params, state, event.message);
    case 'certificate':
      return recordCertificate(params, state, event.certificate);
    case 'timer':
      return recordTimer(state, event.timer);
  }
};
