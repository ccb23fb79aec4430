import type { TaskEvent } from '@mlb/protocol';
import type { DeclineBudget } from './decline-budget.ts';
import type { EngineDeps } from './deps.ts';
import { underGuard } from './guarded.ts';
import type { Notices } from './notices.ts';
import { pause } from './pause.ts';
import type { TaskRecord } from './task.ts';
import type { Workload } from './workload.ts';

/** A model that is not here by then is not here: declines must leave within 300 ms of the seating (protocol.md section 3). */
const MODEL_WAIT_MS = 200;

export interface Declines {
  /**
   * Counts a drawn seat of round 0, and passes it to its substitute when this node could not serve it in time and its
   * budget lasts: the event of the own decline. Undefined: serve it.
   */
  readonly consider: (task: TaskRecord) => Promise<TaskEvent | undefined>;
}

export interface DeclinesParts {
  readonly budget: DeclineBudget;
  readonly workload: Workload;
  readonly notices: () => Pick<Notices, 'tell'>;
  readonly isDraining: () => boolean;
  readonly signal: AbortSignal;
}

type Reason = 'draining' | 'busy' | 'no-model';

export type DeclinesDeps = Pick<EngineDeps, 'view' | 'models' | 'clock' | 'operator' | 'meter' | 'log'>;

/** Declines with a reason, where silence would be worse: a substitute can still serve the seat. */
export const createDeclines = (deps: DeclinesDeps, parts: DeclinesParts): Declines => {
  const isModelNear = async (task: TaskRecord): Promise<boolean> => {
    const { modelId } = task.order.order.body;
    const model = deps.view.model(modelId);
    if (model === undefined) return false;
    if (deps.models.holds(modelId)) return true;
    const loaded = deps.models.load(model, parts.signal).then(
      () => true,
      () => false,
    );
    const waited = new AbortController();
    const late = pause(deps.clock, MODEL_WAIT_MS, AbortSignal.any([parts.signal, waited.signal])).then(() => false);
    const isNear = await Promise.race([loaded, late]);
    waited.abort();
    return isNear;
  };

  const reasonOf = async (task: TaskRecord, execMs: number): Promise<Reason | undefined> => {
    if (parts.isDraining()) return 'draining';
    if (parts.workload.estimateMs(task.order.order.body.modelId) > execMs) return 'busy';
    return (await isModelNear(task)) ? undefined : 'no-model';
  };

  const decline = async (task: TaskRecord, seat: number): Promise<TaskEvent | undefined> => {
    const { operator } = deps;
    if (operator === undefined) return undefined;
    const body = { taskId: task.taskId, round: 0, seat };
    const signed = await underGuard(deps, task, 'decline', () => operator.signer.signDecline(body));
    return signed && parts.notices().tell(task, { kind: 'decline', signed });
  };

  return {
    consider: async (task) => {
      const seating = task.seatings.get(0);
      const seat = seating?.params.mySeat;
      // Not drawn but a substitute: there is nobody to pass it on to, and it is no duty of ours that counts.
      if (seating === undefined || seat === undefined) return undefined;
      if (seating.firstDraw?.seats[seat]?.operator !== deps.operator?.address) return undefined;
      const hasSubstitute = seating.firstDraw?.substitutes[seat] !== undefined;
      const reason = hasSubstitute ? await reasonOf(task, seating.params.timing.execMs) : undefined;
      const isDeclined = reason !== undefined && parts.budget.mayDecline();
      // Nothing is awaited between the question and the count: seats of many tasks are drawn at once.
      const counted = parts.budget.count(isDeclined ? 'declined' : 'served');
      const event = isDeclined ? await decline(task, seat) : undefined;
      await counted;
      if (event === undefined || reason === undefined) return undefined;
      deps.meter.count('mlb_declines_total', { reason });
      deps.log.info({ taskId: task.taskId, seat, reason }, 'passed a seat to its substitute');
      return event;
    },
  };
};
