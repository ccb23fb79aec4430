import { type Certificate, type RoundEffect, type RoundEvent, type Verified, validateSeatMessage } from '@mlb/protocol';
import type { UnsignedSeatMessage } from '../port/signer.ts';
import { SigningGuardError } from '../signing/signing-guard-error.ts';
import type { Certificates } from './certificates.ts';
import type { CommitteeMessages } from './committee-messages.ts';
import type { Deliveries } from './delivery.ts';
import type { EngineDeps } from './deps.ts';
import type { Driver, Perform } from './driver.ts';
import type { EvidenceRoom } from './evidence.ts';
import { cancelTimers, type TaskRecord } from './task.ts';
import type { TaskLog } from './task-log.ts';

export interface PerformParts {
  readonly log: TaskLog;
  readonly driver: () => Driver;
  readonly messages: () => CommitteeMessages;
  readonly certificates: () => Certificates;
  readonly deliveries: () => Deliveries;
  readonly evidence: () => EvidenceRoom;
  readonly onChanged: (task: TaskRecord) => void;
}

/** Effects are data; this is where they become I/O. One case an effect, nothing decided here. */
export const createPerform = (deps: EngineDeps, parts: PerformParts): Perform => {
  const sign = async (task: TaskRecord, unsigned: UnsignedSeatMessage): Promise<RoundEvent | undefined> => {
    if (deps.operator === undefined || task.seating === undefined) return undefined;
    try {
      const message = await deps.operator.signer.signSeatMessage(unsigned);
      await parts.log.saveSigned(task.taskId, message);
      const { domain, secp256k1 } = deps;
      const checked = validateSeatMessage({ domain, secp256k1, params: task.seating.params, message });
      parts.messages().broadcast(task, message);
      return typeof checked === 'string' ? undefined : { type: 'message', message: checked };
    } catch (error) {
      if (!(error instanceof SigningGuardError)) throw error;
      // Another life of this key said something else for this duty: silence costs a seat, a signature the stake.
      deps.meter.count('mlb_guard_refusals_total', { kind: unsigned.type });
      deps.log.error({ taskId: task.taskId, error: error.message }, 'the signing guard refused');
      return undefined;
    }
  };

  const certify = async (
    task: TaskRecord,
    { certificate, agreed }: Extract<RoundEffect, { readonly type: 'certified' }>,
  ): Promise<void> => {
    // The reducer assembles only from verified signatures.
    task.certificate = certificate as Verified<Certificate>;
    await parts.log.saveCertificate(task.taskId, certificate);
    if (task.phase === 'seeded' || task.phase === 'failed') {
      task.phase = 'agreed';
      task.times = { ...task.times, agreedMs: deps.clock.nowMs() };
    }
    parts.onChanged(task);
    parts.certificates().announce(task);
    // The certificate grows; the output is the same.
    if (agreed !== undefined && !task.isDelivered && task.seating?.params.mySeat !== undefined) {
      task.isDelivered = true;
      void parts.deliveries().send(task, { certificate, ...agreed });
    }
  };

  const fail = async (task: TaskRecord): Promise<void> => {
    // A round that is only followed again after a restart cannot undo what the chain has said since.
    if (task.phase !== 'seeded') return;
    const failedMs = deps.clock.nowMs();
    task.phase = 'failed';
    task.times = { ...task.times, failedMs };
    await parts.log.saveFailed(task.taskId, failedMs);
    cancelTimers(task);
    parts.onChanged(task);
  };

  return async (task, effect) => {
    switch (effect.type) {
      case 'persist':
        await parts.log.saveResult(task.taskId, effect.result);
        return undefined;
      case 'sign':
        return sign(task, effect.unsigned);
      case 'relay':
        parts.messages().broadcast(task, effect.message);
        return undefined;
      case 'start-timer':
        task.timers.get(effect.timer)?.();
        task.timers.set(
          effect.timer,
          deps.clock.after(effect.delayMs, () => {
            task.timers.delete(effect.timer);
            void parts.driver().dispatch(task, { type: 'timer', timer: effect.timer });
          }),
        );
        return undefined;
      case 'certified':
        await certify(task, effect);
        return undefined;
      case 'evidence':
        await parts.evidence().report(effect.evidence);
        return undefined;
      case 'dissent':
        task.hasDissented = true;
        deps.log.warn({ taskId: task.taskId }, 'the certificate says otherwise than our own execution');
        return undefined;
      case 'settleable':
        if (task.phase === 'agreed') task.phase = 'settleable';
        parts.onChanged(task);
        return undefined;
      case 'failed':
        await fail(task);
        return undefined;
      default:
        return effect satisfies never;
    }
  };
};
