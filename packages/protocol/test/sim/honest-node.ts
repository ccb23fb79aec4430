import { record, settleRules } from '../../src/agreement/rules.ts';
import type { RoundState, Rule } from '../../src/agreement/state.ts';
import {
  type Bytes32,
  COMMIT,
  commitHashOf,
  createRound,
  encodeSeatMessage,
  hashRecord,
  type RoundEvent,
  type RoundParams,
  type SeatMessage,
  sha256,
  type Verified,
} from '../../src/index.ts';
import { type Committee, createCommittee, executionOf, outputBytes, paramsOf, signSeatMessage } from './committee.ts';
import { fakeSecp256k1 } from './fake-secp256k1.ts';

/** One memory of an honest node. Equal memories are one object, so that each step of the reducer is computed once. */
export interface Memory {
  readonly seat: number;
  readonly index: number;
  readonly state: RoundState;
  /** Names of its own messages that others can hear. Reveals are left out: they close nothing. */
  readonly commit: string;
  readonly lockVote: string | undefined;
  /** The Byzantine lock vote for the root this node voted for. */
  readonly byzantineVote: { readonly name: string; readonly root: Bytes32 } | undefined;
  /** Roots that honest seats voted for, as far as this node heard. */
  readonly heardRoots: readonly Bytes32[];
  readonly hasAccusedHonest: boolean;
}

/**
 * What decides commit, lock vote and reveal. The rest of the state (who was accused, what was relayed) grows beside it
 * and decides nothing.
 */
const keyOf = (state: RoundState, hasAccusedHonest: boolean): string =>
  JSON.stringify([
    state.own !== undefined,
    state.commits.map((known) => known.map(({ structHash, isLockable }) => [structHash, isLockable])),
    state.lockVotes.map((vote) => vote?.body.lockRoot),
    state.locks.map(({ root }) => root).sort(),
    state.spent,
    state.graceTimer,
    hasAccusedHonest,
  ]);

/** Messages by name, over all nodes: a name stands for exactly one message. */
const EVENTS = new Map<string, RoundEvent>();

/** The real reducer under given rules, and a shell that signs at once, as a table of memories and moves. */
export class HonestNode {
  readonly lateHash: Bytes32;
  readonly #committee: Committee;
  readonly #params: RoundParams;
  readonly #seat: number;
  readonly #rules: readonly Rule[];
  readonly #memories: Memory[] = [];
  readonly #byKey = new Map<string, Memory>();
  readonly #moves: Map<string, Memory>[] = [];
  readonly #events = new Map<string, RoundEvent>();

  constructor(size: number, seat: number, rules: readonly Rule[]) {
    this.#committee = createCommittee({ size, mode: { type: 'exact' }, secp256k1: fakeSecp256k1 });
    this.#params = paramsOf(this.#committee, seat);
    this.#seat = seat;
    this.#rules = rules;
    this.#events.set('grace', { type: 'timer', timer: 'grace' });
    this.#events.set('early commit', this.#byzantineCommit(1).event);
    const late = this.#byzantineCommit(2);
    this.#events.set('late commit', late.event);
    this.lateHash = late.structHash;
    const executed: RoundEvent = { type: 'executed', result: executionOf(seat, outputBytes([1])) };
    this.#run(createRound(this.#params).state, executed);
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
    const to = this.#run(from.state, event, from.hasAccusedHonest);
    moves.set(name, to);
    return to;
  }

  #run(first: RoundState, event: RoundEvent, before = false): Memory {
    const byzantine = this.#params.seats.at(-1)?.operator;
    const queue: RoundEvent[] = [event];
    let state = first;
    let hasAccusedHonest = before;
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const step = settleRules(this.#rules, this.#params, record(this.#params, state, next));
      state = step.state;
      for (const effect of step.effects) {
        if (effect.type === 'evidence' && effect.evidence.operator !== byzantine) hasAccusedHonest = true;
        if (effect.type !== 'sign') continue;
        const message = signSeatMessage(this.#committee, this.#seat, effect.unsigned);
        queue.push({ type: 'message', message });
      }
    }
    return this.#intern(state, hasAccusedHonest);
  }

  #intern(state: RoundState, hasAccusedHonest: boolean): Memory {
    const key = keyOf(state, hasAccusedHonest);
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const seat = this.#seat;
    const commit = state.commits[seat]?.[0];
    if (commit === undefined) throw new Error('an honest seat without a commit');
    const lockVote = state.lockVotes[seat];
    const honestVotes = state.lockVotes.slice(0, -1);
    const memory: Memory = {
      index: this.#memories.length,
      state,
      seat,
      commit: this.#name({ type: 'commit', commit: commit.signed }),
      lockVote: lockVote && this.#name({ type: 'lock-vote', lockVote, lockedSeats: 0n }),
      byzantineVote: lockVote && this.#byzantineVote(lockVote.body.lockRoot),
      heardRoots: [...new Set(honestVotes.flatMap((vote) => vote?.body.lockRoot ?? []))],
      hasAccusedHonest,
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
    const { taskId, round, seats } = this.#params;
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
    const { taskId, round, seats } = this.#params;
    const seat = seats.length - 1;
    const name = `lock-vote of ${seat} for ${root.slice(2, 10)}`;
    const lockVote = { taskId, round, seat, lockRoot: root };
    const message = signSeatMessage(this.#committee, seat, { type: 'lock-vote', lockVote, lockedSeats: 0n });
    EVENTS.set(name, { type: 'message', message });
    return { name, root };
  }
}
