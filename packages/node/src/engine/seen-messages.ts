import type { SeatMessage, TaskParams } from '@mlb/protocol';
import type { TaskRecord } from './task.ts';

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

/**
 * Everything of a message that its round looks at, by signatures; undefined for one that nobody signs. What is not signed
 * stands beside them: an altered copy of a good message must not pass for it.
 */
const nameOf = (message: SeatMessage): string | undefined => {
  switch (message.type) {
    case 'commit':
      return textOf(message.commit.signature);
    case 'lock-vote':
      return `${message.lockedSeats}/${textOf(message.lockVote.signature)}`;
    case 'reveal':
      return textOf(message.reveal.signature) + textOf(message.statementSignature);
    case 'vote':
      return `${message.seat}/${message.canonicalSeat}/${textOf(message.statement.signature)}`;
    case 'verdict-vote':
      return `${message.seat}/${textOf(message.verdict.signature)}`;
    case 'earlier-value':
      return undefined;
  }
};

/** Messages that were good and are in their machine: relays bring each once from every member of a union of up to 44. */
export interface SeenMessages {
  readonly has: (task: TaskRecord, message: SeatMessage) => boolean;
  readonly add: (task: TaskRecord, message: SeatMessage) => void;
}

/** Remembers as long as the machine of a task does: after a reorg everything is news again. */
export const createSeenMessages = (): SeenMessages => {
  const names = new WeakMap<TaskParams, Set<string>>();
  const namesOf = ({ machine }: TaskRecord): Set<string> | undefined => {
    if (machine === undefined) return undefined;
    const known = names.get(machine.params) ?? new Set();
    names.set(machine.params, known);
    return known;
  };
  return {
    has: (task, message) => {
      const name = nameOf(message);
      return name !== undefined && (namesOf(task)?.has(name) ?? false);
    },
    add: (task, message) => {
      const name = nameOf(message);
      if (name !== undefined) namesOf(task)?.add(name);
    },
  };
};
