import { digestOf, encodeSeatMessage, keccak256, type SeatMessage, tag } from '@mlb/protocol';
import { wrongOutput } from '../model.ts';
import { labelOf, lot, sendByGossip, sendByStream } from '../network/network.ts';
import type { Rumour, SeatView, Utterance } from '../strategy/conduct.ts';
import { after, type World } from '../world.ts';
import { receiveFrame } from './frames.ts';
import { receiveGossip } from './gossip.ts';
import { isHonest, type Node, type TaskRecord } from './node.ts';
import { placeOf, type SignBody, signMessage } from './sign-message.ts';

/** A seat as its operator's conduct sees it. */
export const viewOf = (world: World, node: Node, task: TaskRecord, round: number): SeatView | undefined => {
  const params = task.machine?.state.rounds.get(round)?.params;
  const mySeat = params?.mySeat;
  if (params === undefined || mySeat === undefined) return undefined;
  const { taskId } = task;
  const { secp256k1, domain } = world.universe;
  const name = (what: string): string => `${what} ${node.index} ${taskId} ${round}`;
  const signBody: SeatView['signBody'] = (schema, body) => ({
    body,
    signature: secp256k1.sign(digestOf(domain, schema, body), node.operator.secretKey),
  });
  const isAccomplice = ({ operator }: { readonly operator: string }): boolean =>
    world.nodes.some(
      (other) => other.operator.address === operator && (other.strategy === 'colluder' || other.strategy === 'cartel'),
    );
  return {
    ...{ operator: node.index, taskId, round, mySeat, seats: params.seats, mode: params.mode, signBody },
    sign: (unsigned) =>
      signMessage(((_duty, schema, body) => signBody(schema, body)) as SignBody, unsigned) as SeatMessage,
    random: (what) => lot(world, name(what)),
    secret: (what) => keccak256(tag(`${world.plan.seed} ${name(what)}`)),
    once: (what) => {
      const isFirst = !node.said.has(name(what));
      node.said.add(name(what));
      return isFirst;
    },
    wrongOutput: (tolerances, what = `${node.index}`) => wrongOutput(world.plan, taskId, { tolerances, name: what }),
    accomplices: params.seats.flatMap((seat, i) => (isAccomplice(seat) ? [i] : [])),
  };
};

/** Puts a message on the way to seats of its round: every byte of it is encoded once and decoded by each receiver. */
const transmit = (world: World, node: Node, task: TaskRecord, { message, to }: Utterance): void => {
  const { round, seat } = placeOf(message);
  const committee = task.committees.get(round) ?? task.committees.get(Math.max(0, round - 1)) ?? [];
  const frame = encodeSeatMessage(message);
  const label = labelOf(`${message.type} r${round} s${seat}`, frame);
  for (const [number, { row }] of committee.entries()) {
    if (row === node.index || (to !== undefined && !to.includes(number))) continue;
    const deliver = (): void => receiveFrame(world, row, { frame, label });
    sendByStream(world, { from: node.index, to: row, label, deliver });
  }
};

export const utter = (world: World, node: Node, task: TaskRecord, utterances: readonly Utterance[]): void => {
  for (const utterance of utterances) {
    const { delayMs = 0, message } = utterance;
    const { round, seat } = placeOf(message);
    // What it forwards is not its own.
    const seats = task.committees.get(round) ?? [];
    if (!isHonest(node) && seats[seat]?.row === node.index) {
      world.journal.signed.push({ atMs: world.nowMs, operator: node.index, isHonest: false, message, seats });
    }
    if (delayMs === 0) transmit(world, node, task, utterance);
    else
      after(world, delayMs, { label: `late ${message.type}`, node, run: () => transmit(world, node, task, utterance) });
  }
};

/** To every other seat, or what the operator's conduct makes of it. */
export const broadcast = (world: World, node: Node, task: TaskRecord, message: SeatMessage): void => {
  const view = node.conduct.speak && viewOf(world, node, task, placeOf(message).round);
  utter(world, node, task, (view && node.conduct.speak?.(view, message)) ?? [{ message }]);
};

const spread = (world: World, node: Node, { kind, bytes }: Rumour): void => {
  const label = labelOf(`${kind} by ${node.index}`, bytes);
  for (const { index } of world.nodes) {
    if (index === node.index) continue;
    const deliver = (): void => receiveGossip(world, index, { kind, bytes, from: node.index });
    sendByGossip(world, { from: node.index, to: index, label, deliver });
  }
};

const spreadLater = (world: World, node: Node, rumour: Rumour): void => {
  if (rumour.delayMs === undefined) spread(world, node, rumour);
  else after(world, rumour.delayMs, { label: `late ${rumour.kind}`, node, run: () => spread(world, node, rumour) });
};

/** Says something about somebody else's message, as its conduct has it. */
export const gossipRaw = (world: World, node: Node, rumours: readonly Rumour[]): void => {
  for (const rumour of rumours) spreadLater(world, node, rumour);
};

export const gossip = (world: World, node: Node, rumour: Rumour): void =>
  gossipRaw(world, node, node.conduct.publish?.(rumour) ?? [rumour]);
