import { SigningGuardError } from '../signing/signing-guard-error.ts';
import type { EngineDeps } from './deps.ts';
import type { TaskRecord } from './task.ts';

/**
 * Signs, or undefined when the guard refuses: another life of this key said something else for this duty, and silence
 * costs a seat where a signature would cost the stake. Throws whatever else goes wrong.
 */
export const underGuard = async <T>(
  { meter, log }: Pick<EngineDeps, 'meter' | 'log'>,
  { taskId }: TaskRecord,
  kind: string,
  sign: () => Promise<T>,
): Promise<T | undefined> => {
  try {
    return await sign();
  } catch (error) {
    if (!(error instanceof SigningGuardError)) throw error;
    meter.count('mlb_guard_refusals_total', { kind });
    log.error({ taskId, error: error.message }, 'the signing guard refused');
    return undefined;
  }
};
