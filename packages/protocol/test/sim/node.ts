import { createRound, restoreRound, step } from '../../src/agreement/round.ts';
import type { RoundStep } from '../../src/agreement/state.ts';
import type {
  OwnResult,
  RoundEffect,
  RoundEvent,
  RoundParams,
  RoundState,
  SeatMessage,
  Verified,
} from '../../src/index.ts';
import { type Committee, paramsOf, signSeatMessage } from './committee.ts';

/** One node whose every event is given by hand; its own signed messages come back at once. */
export interface Node {
  readonly seat: number;
  readonly params: RoundParams;
  state: RoundState;
  /** All own signed messages, in order. */
  readonly sent: Verified<SeatMessage>[];
  /** All effects, in order. */
  readonly effects: RoundEffect[];
}

const absorb = (committee: Committee, node: Node, { state, effects }: RoundStep): readonly RoundEffect[] => {
  node.state = state;
  const all = [...effects];
  node.effects.push(...effects);
  for (const effect of effects) {
    if (effect.type !== 'sign') continue;
    const message = signSeatMessage(committee, node.seat, effect.unsigned);
    node.sent.push(message);
    all.push(...feed(committee, node, { type: 'message', message }));
  }
  return all;
};

/** Feeds one event; all effects, also those of own messages that came back. */
export const feed = (committee: Committee, node: Node, event: RoundEvent): readonly RoundEffect[] =>
  absorb(committee, node, step(node.params, node.state, event));

export const createNode = (committee: Committee, seat: number | undefined): Node => {
  const params = paramsOf(committee, seat);
  return { seat: seat ?? -1, params, state: createRound(params).state, sent: [], effects: [] };
};

/** A new life of a node with what its disk kept. */
export const restartNode = (
  committee: Committee,
  { seat, params }: Node,
  memory: { readonly result: OwnResult | undefined; readonly signedOwn: readonly SeatMessage[] },
): Node => {
  const restored = restoreRound(params, memory);
  const node: Node = { seat, params, state: restored.state, sent: [], effects: [] };
  absorb(committee, node, restored);
  return node;
};

export const sentOf = <Type extends SeatMessage['type']>(
  node: Node,
  type: Type,
): readonly Extract<SeatMessage, { readonly type: Type }>[] =>
  node.sent.filter((message) => message.type === type) as unknown as readonly Extract<SeatMessage, { type: Type }>[];

/** Delivers all messages of one type from some nodes to others. */
export const exchange = (
  committee: Committee,
  {
    type,
    from,
    to,
  }: { readonly type: SeatMessage['type']; readonly from: readonly Node[]; readonly to: readonly Node[] },
): void => {
  for (const sender of from) {
    for (const message of sender.sent.filter((candidate) => candidate.type === type)) {
      for (const receiver of to) {
        if (receiver !== sender) feed(committee, receiver, { type: 'message', message });
      }
    }
  }
};
