import {
  DISSENT_WITHHELD,
  type Dissent,
  hasDissent,
  type RoundFail,
  type TaskEffect,
  type TaskEvent,
  type TaskVerdict,
} from '@mlb/protocol';
import { type CommitteeMessages, eventOfMessage } from './committee-messages.ts';
import type { Declines } from './declines.ts';
import type { EngineDeps } from './deps.ts';
import type { Driver, Perform } from './driver.ts';
import { withSecrets } from './execution.ts';
import { underGuard } from './guarded.ts';
import type { Notices } from './notices.ts';
import type { PerformRound } from './perform-round.ts';
import type { Rounds } from './rounds.ts';
import { followRounds, type TaskRecord } from './task.ts';
import type { TaskLog } from './task-log.ts';

export interface PerformParts {
  readonly log: TaskLog;
  readonly round: PerformRound;
  readonly driver: () => Driver;
  readonly rounds: () => Rounds;
  readonly notices: () => Notices;
  readonly messages: () => CommitteeMessages;
  readonly declines: Declines;
  /** Starts an execution in the background; its end comes back as an event. */
  readonly launch: (task: TaskRecord, round: number) => void;
  readonly onChanged: (task: TaskRecord) => void;
}

/** Of the settle time, of which half is over by then: whoever waits for the others must still be in time. */
const DISSENT_SHARE = 0.25;

const asList = <T>(value: T | undefined): readonly T[] => (value === undefined ? [] : [value]);

/** Effects are data; this is where they become I/O. One case an effect, nothing decided here. */
export const createPerform = (deps: EngineDeps, parts: PerformParts): Perform => {
  const follow = (task: TaskRecord): void => {
    followRounds(task, deps.clock.nowMs());
    parts.onChanged(task);
  };

  const execute = async (task: TaskRecord, round: number): Promise<TaskEvent | undefined> => {
    // What an earlier life saw fail is only followed: it may yet be agreed, and nobody waits for our seat.
    if (task.hasFailed) return undefined;
    const declined = round === 0 ? await parts.declines.consider(task) : undefined;
    if (declined === undefined) parts.launch(task, round);
    return declined;
  };

  const dissent = async (task: TaskRecord, body: Dissent): Promise<TaskEvent | undefined> => {
    const { operator } = deps;
    if (operator === undefined) return undefined;
    const signed = await underGuard(deps, task, 'dissent', () => operator.signer.signDissent(body));
    if (signed === undefined) return undefined;
    task.hasDissented = true;
    deps.log.warn({ taskId: task.taskId, round: body.round, reason: body.reason }, 'objects to a certificate');
    return parts.notices().tell(task, { kind: 'dissent', signed });
  };

  /** Everybody sees that a reveal is missing, and one dissent is enough: the others wait for it. */
  const dissentLater = (task: TaskRecord, body: Dissent): undefined => {
    const { round, seat } = body;
    const seats = task.seatings.get(round)?.params.seats.length ?? 1;
    const delayMs = (deps.params.timing.settleMs * DISSENT_SHARE * seat) / seats;
    const name = `${round}/dissent`;
    const fire = (): void => {
      task.timers.delete(name);
      const isSaid = (): boolean => task.machine !== undefined && hasDissent(task.machine.state, round);
      void parts.driver().consider(task, async () => (isSaid() ? [] : asList(await dissent(task, body))));
    };
    task.timers.set(name, deps.clock.after(delayMs, fire));
    return undefined;
  };

  const startRefundTimer = (task: TaskRecord, delayMs: number): void => {
    const fire = (): void => {
      task.timers.delete('refund');
      void parts.driver().dispatch(task, { type: 'timer', timer: 'refund' });
    };
    task.timers.set('refund', deps.clock.after(delayMs, fire));
  };

  const failRound = async (task: TaskRecord, body: RoundFail): Promise<TaskEvent | undefined> => {
    const { operator } = deps;
    deps.meter.count('mlb_round_failures_total', { round: String(body.round) });
    if (operator === undefined) return undefined;
    const signed = await underGuard(deps, task, 'round-fail', () => operator.signer.signRoundFail(body));
    return signed && parts.notices().tell(task, { kind: 'round-fail', signed });
  };

  const vote = async (task: TaskRecord, seat: number, body: TaskVerdict): Promise<TaskEvent | undefined> => {
    const { operator } = deps;
    const params = task.seatings.get(body.round)?.params;
    if (operator === undefined || params === undefined) return undefined;
    const verdict = await underGuard(deps, task, 'verdict', () => operator.signer.signVerdict(body));
    if (verdict === undefined) return undefined;
    const message = { type: 'verdict-vote', seat, verdict } as const;
    await parts.log.saveSigned(task.taskId, body.round, message);
    parts.messages().broadcast(task, body.round, message);
    const event = eventOfMessage(deps, params, message);
    return typeof event === 'string' ? undefined : event;
  };

  const dispute = (task: TaskRecord, round: number): void => {
    task.disputed.add(round);
    deps.meter.count('mlb_disputes_total', { round: String(round) });
    follow(task);
  };

  const settle = (
    task: TaskRecord,
    { certificate, declines, audit, verdict }: Extract<TaskEffect, { readonly type: 'settleable' }>,
  ): void => {
    task.settleable = { certificate, declines, audit, verdict };
    follow(task);
  };

  const fail = async (task: TaskRecord): Promise<void> => {
    if (task.hasFailed) return;
    task.hasFailed = true;
    await parts.log.saveFailed(task.taskId, deps.clock.nowMs());
    follow(task);
  };

  return async (task, effect) => {
    switch (effect.type) {
      case 'round':
        return parts.round(task, effect.round, effect.effect);
      case 'execute':
        return execute(task, effect.round);
      case 'recommit': {
        const { round, result } = effect;
        return { type: 'round', round, event: { type: 'executed', result: withSecrets(deps, result) } };
      }
      case 'open-round':
        parts.rounds().request(task, effect.round);
        return undefined;
      case 'sign-dissent':
        return effect.dissent.reason === DISSENT_WITHHELD
          ? dissentLater(task, effect.dissent)
          : dissent(task, effect.dissent);
      case 'sign-round-fail':
        return failRound(task, effect.roundFail);
      case 'sign-verdict':
        return vote(task, effect.seat, effect.verdict);
      case 'judged':
        await parts.notices().tellVerdict(task, effect.verdict);
        return undefined;
      case 'disputed':
        dispute(task, effect.round);
        return undefined;
      case 'settleable':
        settle(task, effect);
        return undefined;
      case 'start-timer':
        startRefundTimer(task, effect.delayMs);
        return undefined;
      case 'refund':
        await fail(task);
        return undefined;
      default:
        return effect satisfies never;
    }
  };
};
