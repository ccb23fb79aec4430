import {
  type AdmittedOrder,
  baseFeeAt,
  decodeOrderMessage,
  type OrderContext,
  type OrderMessage,
  slotOf,
  type TaskId,
  UNIT_WEI,
  type Verdict,
  validateOrder,
} from '@mlb/protocol';
import { foldOf, foldParamsOf, modelRecordOf } from '../chain/settlement-fold.ts';
import { note, type World } from '../world.ts';
import { startMachine } from './drive.ts';
import { releaseGossip } from './gossip.ts';
import { blockAt, createTaskRecord, type Node } from './node.ts';

const nonceName = (requester: string, nonce: bigint): string => `${requester}/${nonce}`;

/** Wei per million compute units in the slot of the node's head. */
export const baseFeeNow = (world: World, { memory: { head } }: Node): bigint => {
  const snapshot = world.universe.table.latest;
  const slot = slotOf(head.number, world.params.batchSlotBlocks);
  const fold = foldOf(world, head.ledger);
  return snapshot === undefined ? fold.baseFee : baseFeeAt(fold, { slot, snapshot, params: foldParamsOf(world) });
};

const contextOf = (world: World, node: Node): OrderContext => {
  const { universe, params } = world;
  const { memory } = node;
  const open = (requester: string) =>
    [...memory.tasks.values()].filter(({ message }) => message.order.body.requester === requester);
  return {
    ...{ domain: universe.domain, secp256k1: universe.secp256k1, params, baseFee: baseFeeNow(world, node) },
    ...{ headBlock: memory.head.number, nowSec: memory.head.timestampSec },
    block: (number) => {
      const block = blockAt(node, number);
      return block && { hash: block.hash, timestamp: block.timestampSec };
    },
    model: (id) => (id === universe.modelId ? { ...modelRecordOf(world), isActive: true } : undefined),
    freeWei: (requester) => {
      const units = memory.head.ledger.escrow.get(universe.accountOf(requester) ?? 0) ?? 0n;
      return units * UNIT_WEI - open(requester).reduce((sum, { message }) => sum + message.order.body.maxFee, 0n);
    },
    openOrders: (requester) => open(requester).length,
    isSeen: (taskId) => memory.tasks.has(taskId),
    isNonceSeen: (requester, nonce) => memory.nonces.has(nonceName(requester, nonce)),
  };
};

const follow = (
  world: World,
  node: Node,
  taskId: TaskId,
  { message, seedBlock }: { message: OrderMessage; seedBlock: bigint },
): void => {
  const task = createTaskRecord(taskId, message, seedBlock);
  node.memory.tasks.set(taskId, task);
  node.memory.nonces.add(nonceName(message.order.body.requester, message.order.body.nonce));
  startMachine(world, node, task);
  releaseGossip(world, node, task);
};

/** An order further ahead than this says nothing about our lag. */
const MAX_BLOCKS_AHEAD = 8n;

const isAhead = ({ memory: { head } }: Node, bytes: Uint8Array): boolean => {
  const { anchorBlock } = decodeOrderMessage(bytes).order.body;
  return anchorBlock > head.number && anchorBlock <= head.number + MAX_BLOCKS_AHEAD;
};

/** Judges an order; an accepted one is followed from now on. */
export const hearOrder = (world: World, node: Node, bytes: Uint8Array): Verdict<AdmittedOrder> => {
  const verdict = validateOrder(bytes, contextOf(world, node));
  if (verdict.type === 'ignore' && verdict.code === 'UNKNOWN_ANCHOR' && isAhead(node, bytes)) {
    node.memory.ordersAhead = [...node.memory.ordersAhead, bytes];
  }
  if (verdict.type !== 'accept') return verdict;
  const { taskId, message, seedBlock } = verdict.value;
  note(world, `${node.index} admits ${taskId.slice(2, 8)}`);
  node.disk.orders.set(taskId, { message, seedBlock });
  follow(world, node, taskId, { message, seedBlock });
  return verdict;
};

/** At a new head: orders that were ahead of it. */
export const hearOrdersAhead = (world: World, node: Node): void => {
  const ahead = node.memory.ordersAhead;
  node.memory.ordersAhead = [];
  for (const bytes of ahead) hearOrder(world, node, bytes);
};

/** After a restart: every order that was written down. */
export const resumeOrders = (world: World, node: Node): void => {
  for (const [taskId, saved] of node.disk.orders) follow(world, node, taskId, saved);
};
