import { disputedRule, openRoundRule } from './dispute.ts';
import { recordDissent } from './dissent.ts';
import type { TaskEffect, TaskEvent, TaskMemory, TaskParams } from './event.ts';
import { earlierValueRule, executeRule } from './execute.ts';
import { refundRule } from './refund.ts';
import { recordRoundFail, roundFailRule } from './round-fail.ts';
import { earlierRule, seatRound, stepRound, takeDecline } from './rounds.ts';
import { settleRule } from './settle.ts';
import { type TaskRule, type TaskState, type TaskStep, unchangedTask } from './state.ts';
import { certifyVerdictRule, recordVerdict, recordVerdictVote, verdictTimerRule, verdictVoteRule } from './verdict.ts';

/** All decisions of a task, in the order in which they are looked at; each makes the ones before it look again. */
export const TASK_RULES: readonly TaskRule[] = [
  earlierRule,
  executeRule,
  earlierValueRule,
  roundFailRule,
  disputedRule,
  openRoundRule,
  verdictTimerRule,
  certifyVerdictRule,
  // Before our verdict vote: whoever feeds it back at once would hear `settleable` with the verdict before the one without.
  settleRule,
  verdictVoteRule,
  refundRule,
];

const EMPTY: TaskState = {
  rounds: new Map(),
  unseatable: new Set(),
  audit: 'unknown',
  dissents: new Map(),
  roundFails: new Map(),
  declines: new Map(),
  verdictVotes: new Map(),
  verdict: undefined,
  refundTimer: 'idle',
  isRefunded: false,
  done: new Set(),
  memories: new Map(),
};

/** What an event adds to the facts, before any decision of the task. */
const record = (params: TaskParams, state: TaskState, event: TaskEvent): TaskStep => {
  switch (event.type) {
    case 'seated':
      return seatRound(params, state, event);
    case 'unseatable':
      return unchangedTask(
        state.rounds.has(event.round) ? state : { ...state, unseatable: new Set([...state.unseatable, event.round]) },
      );
    case 'audit-decided':
      return unchangedTask(state.audit === 'unknown' ? { ...state, audit: event.isAudited ? 'due' : 'none' } : state);
    case 'round':
      return stepRound(params, state, event);
    case 'dissent':
      return recordDissent(params, state, event.dissent);
    case 'round-fail':
      return recordRoundFail(params, state, event.roundFail);
    case 'decline':
      return takeDecline(params, state, event);
    case 'verdict-vote':
      return recordVerdictVote(params, state, event.vote);
    case 'verdict':
      return recordVerdict(params, state, event.verdict);
    case 'timer':
      return unchangedTask({ ...state, refundTimer: 'expired' });
  }
};

/** Applies rules until none fires. Each fires a bounded number of times: it uses up a name, a timer or a fact. */
const decide = (params: TaskParams, first: TaskStep): TaskStep => {
  let { state } = first;
  const effects: TaskEffect[] = [...first.effects];
  for (;;) {
    const fired = state.isRefunded ? undefined : firstOf(params, state);
    if (fired === undefined) return { state, effects };
    state = fired.state;
    effects.push(...fired.effects);
  }
};

const firstOf = (params: TaskParams, state: TaskState): TaskStep | undefined => {
  for (const rule of TASK_RULES) {
    const fired = rule(params, state);
    if (fired !== undefined) return fired;
  }
  return undefined;
};

/** An admitted task, before its first beacon. */
export const createTaskMachine = (_params: TaskParams): TaskStep => ({
  state: EMPTY,
  effects: [{ type: 'open-round', round: 0 }],
});

/** One event of a task: the next state, and what the shell must do in this order. Pure. After the refund nothing happens. */
export const stepTask = (params: TaskParams, state: TaskState, event: TaskEvent): TaskStep => {
  if (state.isRefunded) return unchangedTask(state);
  const recorded = record(params, state, event);
  const isNews = recorded.state !== state || recorded.effects.length > 0;
  return isNews ? decide(params, recorded) : recorded;
};

/** Whether what was asked for on the way is there by the end of a restoration, or is no more wanted. */
const isAnswered = (state: TaskState, effect: TaskEffect): boolean => {
  if (effect.type === 'open-round') return state.rounds.has(effect.round) || state.unseatable.has(effect.round);
  if (effect.type !== 'execute' && effect.type !== 'recommit') return false;
  const { params, state: facts } = state.rounds.get(effect.round) ?? {};
  return params?.mySeat === undefined || facts?.own !== undefined || facts?.certificate !== undefined;
};

/**
 * A task after a restart: duties that were signed stay spent, what was decided but not signed is decided again. The shell
 * sends the signed messages in `rounds` again itself.
 */
export const restoreTask = (params: TaskParams, { rounds, events }: TaskMemory): TaskStep => {
  const created = createTaskMachine(params);
  const memories = new Map(rounds.map(({ round, memory }) => [round, memory]));
  let state: TaskState = { ...created.state, memories };
  const effects = [...created.effects];
  for (const event of events) {
    const step = stepTask(params, state, event);
    state = step.state;
    effects.push(...step.effects);
  }
  return { state, effects: effects.filter((effect) => !isAnswered(state, effect)) };
};
