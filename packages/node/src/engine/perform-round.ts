import type { OuterRoundEffect, TaskEvent } from '@mlb/protocol';
import type { UnsignedSeatMessage } from '../port/signer.ts';
import type { Certificates } from './certificates.ts';
import { type CommitteeMessages, eventOfMessage } from './committee-messages.ts';
import type { Deliveries } from './delivery.ts';
import type { EngineDeps } from './deps.ts';
import type { Driver } from './driver.ts';
import type { EvidenceRoom } from './evidence.ts';
import { underGuard } from './guarded.ts';
import { followRounds, type TaskRecord } from './task.ts';
import type { TaskLog } from './task-log.ts';

export interface PerformRoundParts {
  readonly log: TaskLog;
  readonly driver: () => Driver;
  readonly messages: () => CommitteeMessages;
  readonly certificates: () => Certificates;
  readonly deliveries: () => Deliveries;
  readonly evidence: () => EvidenceRoom;
  readonly onChanged: (task: TaskRecord) => void;
}

/** Performs one effect of one round; returns the event that comes back from it, if any. */
export type PerformRound = (
  task: TaskRecord,
  round: number,
  effect: OuterRoundEffect,
) => Promise<TaskEvent | undefined>;

/** What of a round is I/O. One case an effect, nothing decided here. */
export const createPerformRound = (deps: EngineDeps, parts: PerformRoundParts): PerformRound => {
  const sign = async (
    task: TaskRecord,
    round: number,
    unsigned: UnsignedSeatMessage,
  ): Promise<TaskEvent | undefined> => {
    const { operator } = deps;
    const params = task.seatings.get(round)?.params;
    if (operator === undefined || params === undefined) return undefined;
    const message = await underGuard(deps, task, unsigned.type, () => operator.signer.signSeatMessage(unsigned));
    if (message === undefined) return undefined;
    await parts.log.saveSigned(task.taskId, round, message);
    parts.messages().broadcast(task, round, message);
    const event = eventOfMessage(deps, params, message);
    return typeof event === 'string' ? undefined : event;
  };

  /** One of an earlier life was heard then: when is forgotten, and a restart must not call for an audit. */
  const heardAtBlock = ({ restored }: TaskRecord): bigint =>
    restored?.rounds.get(0)?.certificate === undefined ? deps.chain.head().number : 0n;

  const certify = async (
    task: TaskRecord,
    round: number,
    { certificate, agreed }: Extract<OuterRoundEffect, { readonly type: 'certified' }>,
  ): Promise<void> => {
    if (round === 0) task.certifiedAtBlock ??= heardAtBlock(task);
    task.certificates.set(round, certificate);
    await parts.log.saveCertificate(task.taskId, certificate, agreed);
    if (task.hasFailed && !task.disputed.has(round)) {
      task.hasFailed = false;
      await parts.log.saveFailed(task.taskId, undefined);
    }
    followRounds(task, deps.clock.nowMs());
    parts.onChanged(task);
    parts.certificates().announce(task, round);
    // The certificate grows; the output is the same.
    const isSeat = task.seatings.get(round)?.params.mySeat !== undefined;
    if (agreed !== undefined && isSeat && task.certificate === certificate && !task.delivered.has(round)) {
      task.delivered.add(round);
      void parts.deliveries().send(task, { certificate, ...agreed });
    }
  };

  const startTimer = (
    task: TaskRecord,
    round: number,
    { timer, delayMs }: Extract<OuterRoundEffect, { readonly type: 'start-timer' }>,
  ): void => {
    const name = `${round}/${timer}`;
    const fire = (): void => {
      task.timers.delete(name);
      void parts.driver().dispatch(task, { type: 'round', round, event: { type: 'timer', timer } });
    };
    task.timers.get(name)?.();
    task.timers.set(name, deps.clock.after(delayMs, fire));
  };

  return async (task, round, effect) => {
    switch (effect.type) {
      case 'persist':
        await parts.log.saveResult(task.taskId, round, effect.result);
        return undefined;
      case 'sign':
        return sign(task, round, effect.unsigned);
      case 'relay':
        parts.messages().broadcast(task, round, effect.message);
        return undefined;
      case 'start-timer':
        startTimer(task, round, effect);
        return undefined;
      case 'certified':
        await certify(task, round, effect);
        return undefined;
      case 'evidence':
        await parts.evidence().report(effect.evidence);
        return undefined;
      default:
        return effect satisfies never;
    }
  };
};
