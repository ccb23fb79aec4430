import { type Bytes32, MIN_VERIFIERS } from '../../src/index.ts';
import { HonestNode, type Memory } from './honest-node.ts';
import type { Machine } from './machine.ts';

/*
 * Every interleaving of one exact round with the last seat Byzantine. Honest nodes are the real reducer under the given
 * rules; whatever was sent can be delivered to anybody at any time or never, and a message that changes nothing changes
 * nothing, so loss, delay and duplicates need no transitions of their own. All honest seats have executed at the start:
 * a seat that executes late is one whose messages are late, for nothing is decided before the own commit. The Byzantine
 * seat holds an early commit,
 * makes a late one (a copy) once there was an honest reveal or opening, shows either to whom it likes, and votes for every lock.
 */

export interface Exploration {
  readonly states: number;
  /** States in which seats of 70 % have revealed, or could, under one lock. */
  readonly certifiable: number;
  /** Different memories an honest node can have. */
  readonly memories: number;
  /** What went wrong first, with a shortest way to it. */
  readonly violation: { readonly what: string; readonly trace: readonly string[] } | undefined;
}

interface Global {
  readonly nodes: readonly Memory[];
  /** The early and the late commit have been shown to somebody. */
  readonly isEarlyShown: boolean;
  readonly isLateShown: boolean;
}

/** Memories of one seat; a global state is a number, so that millions fit. */
const MEMORIES_PER_SEAT = 2 ** 16;

const codeOf = ({ nodes, isEarlyShown, isLateShown }: Global): number =>
  nodes.reduce((code, { index }) => code * MEMORIES_PER_SEAT + index, (isEarlyShown ? 1 : 0) + (isLateShown ? 2 : 0));

const decode = (honest: readonly HonestNode[], code: number): Global => {
  let rest = code;
  const nodes = honest.toReversed().map((node) => {
    const memory = node.memory(rest % MEMORIES_PER_SEAT);
    rest = Math.floor(rest / MEMORIES_PER_SEAT);
    return memory;
  });
  return { nodes: nodes.reverse(), isEarlyShown: rest % 2 === 1, isLateShown: rest >= 2 };
};

/** A commit that can no more be locked by this node helps only to resolve a root that others voted for. */
const canUseCommit = ({ state, heardRoots }: Memory, seat: number): boolean => {
  const isLockable = state.commits[seat]?.[0] === undefined && state.spent.lockVote === undefined;
  return isLockable || heardRoots.some((root) => root !== state.spent.lockVote);
};

/** Calls back with every state one move away, and the move's name. */
const forEachMove = (
  honest: readonly HonestNode[],
  { nodes, isEarlyShown, isLateShown }: Global,
  visit: (next: Global, name: string) => void,
): void => {
  // In a later round an opening of the round before shows the value as well as a reveal does.
  const isRevealed = nodes.some(({ state, hasOpened }) => state.spent.reveal !== undefined || hasOpened);
  for (const [i, from] of nodes.entries()) {
    const node = honest[i] as HonestNode;
    // What it hears after its reveal changes neither its lock nor its value.
    if (from.state.spent.reveal !== undefined) continue;
    const move = (name: string, flags: { readonly early?: true; readonly late?: true } = {}): void => {
      const to = node.after(from, name);
      if (to === from) return;
      visit(
        {
          nodes: nodes.with(i, to),
          isEarlyShown: isEarlyShown || !!flags.early,
          isLateShown: isLateShown || !!flags.late,
        },
        `${name} -> ${i}`,
      );
    };
    if (from.state.graceTimer === 'running') move('grace');
    for (const { seat, commit, lockVote, byzantineVote } of nodes) {
      if (canUseCommit(from, seat)) move(commit);
      if (lockVote !== undefined) move(lockVote);
      // A Byzantine vote weighs only beside an honest one for the same root.
      if (byzantineVote !== undefined && from.heardRoots.includes(byzantineVote.root)) move(byzantineVote.name);
    }
    if (!canUseCommit(from, honest.length)) continue;
    move('early commit', { early: true });
    if (isRevealed) move('late commit', { late: true });
  }
};

/** Roots that 70 % could sign now: the honest seats that revealed under them, and the Byzantine one if it is in. */
const certifiableIn = (nodes: readonly Memory[], lateHash: Bytes32): readonly { readonly holdsLate: boolean }[] => {
  const byzantine = nodes.length;
  const quorum = Math.max(MIN_VERIFIERS, Math.ceil(0.7 * (nodes.length + 1)));
  const roots = new Set(nodes.flatMap(({ state }) => state.spent.reveal ?? []));
  return [...roots].flatMap((root) => {
    const signers = nodes.filter(({ state }) => state.spent.reveal === root);
    const lock = signers[0]?.state.locks.find((candidate) => candidate.root === root);
    const member = lock?.members.find(({ seat }) => seat === byzantine);
    const count = signers.length + (member === undefined ? 0 : 1);
    return count < quorum ? [] : [{ holdsLate: member?.commit.structHash === lateHash }];
  });
};

const traceTo = (honest: readonly HonestNode[], parents: ReadonlyMap<number, number>, code: number): string[] => {
  const trace: string[] = [];
  for (let at = code, from = parents.get(at); from !== undefined && from !== -1; at = from, from = parents.get(at)) {
    let found = '';
    forEachMove(honest, decode(honest, from), (next, name) => {
      if (codeOf(next) === at) found ||= name;
    });
    trace.unshift(found);
  }
  return trace;
};

/** Breadth first over all reachable states, or up to the first violation of I1, I3 or I4. */
export const explore = (machine: Machine): Exploration => {
  const size = machine.committee.params.seats.length;
  const honest = Array.from({ length: size - 1 }, (_, seat) => new HonestNode(machine, seat));
  const lateHash = (honest[0] as HonestNode).lateHash;
  const first = codeOf({ nodes: honest.map((node) => node.memory(0)), isEarlyShown: false, isLateShown: false });
  const parents = new Map<number, number>([[first, -1]]);
  const frontier: number[] = [first];
  let certifiable = 0;
  const result = (what: string | undefined, code: number): Exploration => ({
    states: parents.size,
    certifiable,
    memories: honest.reduce((sum, node) => sum + node.size, 0),
    violation: what === undefined ? undefined : { what, trace: traceTo(honest, parents, code) },
  });
  for (let at = 0; at < frontier.length; at += 1) {
    const code = frontier[at] as number;
    const global = decode(honest, code);
    const roots = certifiableIn(global.nodes, lateHash);
    const isEquivocator = global.isEarlyShown && global.isLateShown;
    if (roots.length > 1) return result('I1: two locks can be certified', code);
    if (roots[0]?.holdsLate && !isEquivocator) return result('I3: a late copy can be certified', code);
    if (global.nodes.some(({ hasAccusedHonest }) => hasAccusedHonest))
      return result('I4: an honest seat accused', code);
    if (roots.length > 0) certifiable += 1;
    forEachMove(honest, global, (next) => {
      const nextCode = codeOf(next);
      if (parents.has(nextCode)) return;
      parents.set(nextCode, code);
      frontier.push(nextCode);
    });
  }
  return result(undefined, first);
};
