import { AUDIT_ROUND, MAX_ROUNDS, type TaskId } from '@mlb/protocol';

/** Whether a task can have such a round at all. */
export const isRound = (round: number): boolean => round < MAX_ROUNDS || round === AUDIT_ROUND;

/** One round of one task, as the key of a map. */
export type RoundKey = `${TaskId}/${number}`;

export const roundKeyOf = (taskId: TaskId, round: number): RoundKey => `${taskId}/${round}`;
