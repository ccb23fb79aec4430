import type { CommitteeKnowledge, Seat, TaskId } from '@mlb/protocol';
import { isRound } from './seat-duty.ts';
import type { Seating, TaskRecord } from './task.ts';
import type { Tasks } from './tasks.ts';

/** Asks what we know of the seats of a task's round. */
export type AskCommittee = (place: { readonly taskId: TaskId; readonly round: number }) => CommitteeKnowledge;

export const askCommittee =
  (tasks: Tasks): AskCommittee =>
  ({ taskId, round }) => {
    const task = tasks.get(taskId);
    if (task === undefined || !isRound(round)) return { type: 'unknown' };
    const params = task.seatings.get(round)?.params;
    if (params === undefined) return { type: 'beacon-pending' };
    return { type: 'drawn', epoch: params.epoch, seats: params.seats };
  };

const firstDrawOf = (task: TaskRecord | undefined): Seating['firstDraw'] => task?.seatings.get(0)?.firstDraw;

/**
 * The committee as it would be if these seats had declined. A message that holds for such a one is ahead of a decline that
 * we have not heard: our lag, never a reason to reject.
 */
export const askWithSubstitutes =
  (tasks: Tasks, mayHaveDeclined: (seat: number) => boolean): AskCommittee =>
  (place) => {
    const known = askCommittee(tasks)(place);
    const substitutes = firstDrawOf(tasks.get(place.taskId))?.substitutes ?? [];
    if (known.type !== 'drawn' || substitutes.length === 0) return known;
    const seats = known.seats.map(
      (seat, number): Seat => (mayHaveDeclined(number) ? (substitutes[number] ?? seat) : seat),
    );
    return { ...known, seats };
  };

/** Whether the first committee of a task may change by declines. */
export const hasSubstitutes = (task: TaskRecord | undefined): boolean =>
  (firstDrawOf(task)?.substitutes.length ?? 0) > 0;
