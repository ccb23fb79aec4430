import type { RoundState } from '../../src/agreement/state.ts';
import {
  type Bytes32,
  COMMIT,
  commitHashOf,
  encodeSeatMessage,
  hashRecord,
  type RoundEvent,
  type SeatMessage,
  sha256,
  type Verified,
} from '../../src/index.ts';
import { type Committee, executionOf, outputBytes, signSeatMessage } from './committee.ts';
import type { Machine, Position } from './machine.ts';

/** One memory of an honest node. Equal memories are one object, so that each step of the reducer is computed once. */
export interface Memory {
  readonly seat: number;
  readonly index: number;
  /** Of the machine. */
  readonly inner: unknown;
  readonly state: RoundState;
  /** Names of its own messages that others can hear. Reveals are left out: they close nothing. */
  readonly commit: string;
  readonly lockVote: string | undefined;
  /** The Byzantine lock vote for the root this node voted for. */
  readonly byzantineVote: { readonly name: string; readonly root: Bytes32 } | undefined;
  /** Roots that honest seats voted for, as far as this node heard. */
  readonly heardRoots: readonly Bytes32[];
  readonly hasAccusedHonest: boolean;
  /** It has sent the value of the round before to the seats of this one. */
  readonly hasOpened: boolean;
}

/**
 * What decides commit, lock vote and reveal. The rest of the state (who was accused, what was relayed) grows beside it
 * and decides nothing.
 */
const keyOf = (
  state: RoundState,
  { hasAccusedHonest, hasOpened }: Pick<Memory, 'hasAccusedHonest' | 'hasOpened'>,
): string =>
  JSON.stringify([
    state.own !== undefined,
    state.commits.map((known) => known.map(({ structHash, isLockable }) => [structHash, isLockable])),
    state.lockVotes.map((vote) => vote?.body.lockRoot),
    state.locks.map(({ root }) => root).sort(),
    state.spent,
    state.graceTimer,
    state.earlierValues.length,
    hasAccusedHonest,
    hasOpened,
  ]);

/** Messages by name, over all nodes: a name stands for exactly one message. */
const EVENTS = new Map<string, RoundEvent>();

/** A real machine, and a shell that signs at once, as a table of memories and moves. */
export class HonestNode {
  readonly lateHash: Bytes32;
  readonly #committee: Committee;
  readonly #machine: Machine;
  readonly #seat: number;
  readonly #memories: Memory[] = [];
  readonly #byKey = new Map<string, Memory>();
  readonly #moves: Map<string, Memory>[] = [];
  readonly #events = new Map<string, RoundEvent>();

  constructor(machine: Machine, seat: number) {
    this.#committee = machine.committee;
    this.#machine = machine;
    this.#seat = seat;
    this.#events.set('grace', { type: 'timer', timer: 'grace' });
    this.#events.set('early commit', this.#byzantineCommit(1).event);
    const late = this.#byzantineCommit(2);
    this.#events.set('late commit', late.event);
    this.lateHash = late.structHash;
    this.#follow(machine.start(seat), { hasAccusedHonest: false, hasOpened: false });
  }

  get size(): number {
    return this.#memories.length;
  }

  memory(index: number): Memory {
    const memory = this.#memories[index];
    if (memory === undefined) throw new Error(`no memory ${index}`);
    return memory;
  }

  /** The memory after a named event; the same object if it changes nothing that decides. */
  after(from: Memory, name: string): Memory {
    const moves = this.#moves[from.index] as Map<string, Memory>;
    const known = moves.get(name);
    if (known !== undefined) return known;
    const event = this.#events.get(name) ?? EVENTS.get(name);
    if (event === undefined) throw new Error(`no event ${name}`);
    const to = this.#follow(this.#machine.step(this.#seat, from.inner, event), from);
    moves.set(name, to);
    return to;
  }

  /** Signs what the machine asks for, and hears it, until it asks for nothing more. */
  #follow(first: Position, before: Pick<Memory, 'hasAccusedHonest' | 'hasOpened'>): Memory {
    const byzantine = this.#committee.params.seats.at(-1)?.operator;
    const queue: RoundEvent[] = [];
    let position = first;
    let { hasAccusedHonest, hasOpened } = before;
    for (;;) {
      for (const effect of position.effects) {
        if (effect.type === 'evidence' && effect.evidence.operator !== byzantine) hasAccusedHonest = true;
        if (effect.type === 'relay' && effect.message.type === 'earlier-value') hasOpened = true;
        if (effect.type !== 'sign') continue;
        const message = signSeatMessage(this.#committee, this.#seat, effect.unsigned);
        queue.push({ type: 'message', message });
      }
      const next = queue.shift();
      if (next === undefined) return this.#intern(position, { hasAccusedHonest, hasOpened });
      position = this.#machine.step(this.#seat, position.inner, next);
    }
  }

  #intern({ inner, round: state }: Position, flags: Pick<Memory, 'hasAccusedHonest' | 'hasOpened'>): Memory {
    const key = keyOf(state, flags);
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const seat = this.#seat;
    const commit = state.commits[seat]?.[0];
    if (commit === undefined) throw new Error('an honest seat without a commit');
    const lockVote = state.lockVotes[seat];
    const honestVotes = state.lockVotes.slice(0, -1);
    const memory: Memory = {
      index: this.#memories.length,
      inner,
      state,
      seat,
      commit: this.#name({ type: 'commit', commit: commit.signed }),
      lockVote: lockVote && this.#name({ type: 'lock-vote', lockVote, lockedSeats: 0n }),
      byzantineVote: lockVote && this.#byzantineVote(lockVote.body.lockRoot),
      heardRoots: [...new Set(honestVotes.flatMap((vote) => vote?.body.lockRoot ?? []))],
      hasAccusedHonest: flags.hasAccusedHonest,
      hasOpened: flags.hasOpened,
    };
    this.#memories.push(memory);
    this.#moves.push(new Map());
    this.#byKey.set(key, memory);
    return memory;
  }

  /** Named by its bytes: a seat votes for one root in one history and for another in the next. */
  #name(message: SeatMessage): string {
    const name = `${message.type} of ${this.#seat} (${sha256(encodeSeatMessage(message)).slice(2, 10)})`;
    EVENTS.set(name, { type: 'message', message: message as Verified<SeatMessage> });
    return name;
  }

  #byzantineCommit(life: number): { readonly event: RoundEvent; readonly structHash: Bytes32 } {
    const { taskId, round, seats } = this.#committee.params;
    const seat = seats.length - 1;
    const operator = seats[seat]?.operator;
    if (operator === undefined) throw new Error('no such seat');
    const { resultHash, salt, blindShare } = executionOf(seat, outputBytes([1]), life);
    const commitHash = commitHashOf({ taskId, round, seat, operator, resultHash, salt });
    const commit = { taskId, round, seat, commitHash, blindShare };
    const message = signSeatMessage(this.#committee, seat, { type: 'commit', commit });
    return { event: { type: 'message', message }, structHash: hashRecord(COMMIT, commit) };
  }

  #byzantineVote(root: Bytes32): { readonly name: string; readonly root: Bytes32 } {
    const { taskId, round, seats } = this.#committee.params;
    const seat = seats.length - 1;
    const name = `lock-vote of ${seat} for ${root.slice(2, 10)}`;
    const lockVote = { taskId, round, seat, lockRoot: root };
    const message = signSeatMessage(this.#committee, seat, { type: 'lock-vote', lockVote, lockedSeats: 0n });
    EVENTS.set(name, { type: 'message', message });
    return { name, root };
  }
}
