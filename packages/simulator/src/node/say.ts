import { encodeSeatMessage, keccak256, type SeatMessage, type Unsigned } from '@mlb/protocol';
import type { World } from '../world.ts';
import { checkMessage, decodeFrame } from './check-frame.ts';
import { tick } from './crash.ts';
import { dispatch } from './drive.ts';
import { signOnce } from './guard.ts';
import { isHonest, type Node, type SavedRound, type TaskRecord } from './node.ts';
import { type SignBody, signMessage } from './sign-message.ts';
import { broadcast } from './speak.ts';

export const savedRound = (node: Node, { taskId }: TaskRecord, round: number): SavedRound => {
  const name = `${taskId}/${round}`;
  const saved = node.disk.rounds.get(name) ?? { result: undefined, signed: [] };
  node.disk.rounds.set(name, saved);
  return saved;
};

interface OwnMessage {
  readonly round: number;
  readonly message: SeatMessage;
}

/** Ours comes back as bytes, as it reaches everybody. */
const hearOwnMessage = (world: World, node: Node, task: TaskRecord, { round, message }: OwnMessage): void => {
  const params = task.machine?.state.rounds.get(round)?.params;
  const checked = params && checkMessage(world, params, decodeFrame(encodeSeatMessage(message)));
  if (checked === undefined || typeof checked === 'string') {
    world.journal.violations.push(`own ${message.type} of operator ${node.index} refused: ${checked}`);
  } else if (checked.type === 'verdict-vote') {
    dispatch(world, node, task, { type: 'verdict-vote', vote: checked });
  } else {
    dispatch(world, node, task, { type: 'round', round, event: { type: 'message', message: checked } });
  }
};

/** An own message that is signed: written down, sent, heard by ourselves. */
export const say = (world: World, node: Node, task: TaskRecord, own: OwnMessage): void => {
  const { round, message } = own;
  savedRound(node, task, round).signed.push(message);
  const seats = task.committees.get(round) ?? [];
  world.journal.signed.push({ atMs: world.nowMs, operator: node.index, isHonest: isHonest(node), message, seats });
  tick(world, node);
  broadcast(world, node, task, message);
  hearOwnMessage(world, node, task, own);
};

/** The seeded bug `locks-twice`: another root under the same duty. */
const otherRoot = (unsigned: Unsigned): Unsigned | undefined =>
  unsigned.type === 'lock-vote'
    ? { ...unsigned, lockVote: { ...unsigned.lockVote, lockRoot: keccak256(unsigned.lockVote.lockRoot) } }
    : undefined;

/** Another life of this key may have said something else for this duty: silence costs a seat, a signature the stake. */
export const signAndSay = (world: World, node: Node, task: TaskRecord, round: number, unsigned: Unsigned): void => {
  const sign: SignBody = (duty, schema, body) => signOnce(world, node, { duty, schema, body });
  const message = signMessage(sign, unsigned);
  if (message !== undefined) say(world, node, task, { round, message });
  const other = world.mutation === 'locks-twice' && node.index === 0 ? otherRoot(unsigned) : undefined;
  const second = other && signMessage(sign, other);
  if (second !== undefined) say(world, node, task, { round, message: second });
};
