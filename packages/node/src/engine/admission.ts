import {
  type Address,
  decodeOrderMessage,
  encodeOrderMessage,
  type OrderContext,
  type OrderMessage,
  ProtocolError,
  type TaskId,
  UNIT_WEI,
  validateOrder,
} from '@mlb/protocol';
import type { ForcedTask } from '../chain/state.ts';
import type { GossipVerdict } from '../port/gossip.ts';
import { createCatchUp } from './catch-up.ts';
import type { EngineDeps } from './deps.ts';
import { createTask, type TaskRecord } from './task.ts';
import type { TaskLog } from './task-log.ts';
import type { Tasks } from './tasks.ts';

/** Tasks a node follows at once; more orders are ignored until some end. */
const MAX_TASKS = 100_000;
/** An order further ahead than this says nothing about our lag. */
const MAX_BLOCKS_AHEAD = 8n;

/** Of a forced order: the chain vouches for it. */
const NO_SIGNATURE = new Uint8Array(64);

const anchorOf = (message: Uint8Array): bigint | undefined => {
  try {
    return decodeOrderMessage(message).order.body.anchorBlock;
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
};

export interface Admission {
  /** Judges an own order by the same rules as everybody will, and follows it. Returns the refusal code, if any. */
  readonly admitOwn: (message: Uint8Array) => Promise<TaskRecord | { readonly refused: string }>;
  /** Judges the orders that were ahead of us, and those forced on chain. */
  readonly atHead: () => Promise<void>;
}

/** TaskOrders: judge, remember, follow. */
export const createAdmission = (
  deps: EngineDeps,
  {
    tasks,
    log,
    onAdmitted,
    isDraining,
  }: {
    readonly tasks: Tasks;
    readonly log: TaskLog;
    readonly onAdmitted: (task: TaskRecord) => void;
    readonly isDraining: () => boolean;
  },
): Admission => {
  const catchUp = createCatchUp(deps.clock);
  const isNonceSeen = (requester: Address, nonce: bigint): boolean => {
    const account = deps.view.accountOf(requester);
    const isUsed = account !== undefined && deps.view.isNonceUsed(account, nonce);
    return isUsed || tasks.byNonce(requester, nonce) !== undefined;
  };

  /** The chain and our memory as they are now. */
  const contextNow = (): OrderContext => {
    const head = deps.chain.head();
    return {
      domain: deps.domain,
      secp256k1: deps.secp256k1,
      params: deps.params,
      headBlock: head.number,
      nowSec: head.timestamp,
      block: deps.chain.block,
      model: (modelId) => {
        const model = deps.view.model(modelId);
        return model === undefined ? undefined : { ...model, isActive: model.active };
      },
      baseFee: deps.view.baseFee(),
      freeWei: (requester) => deps.view.freeEscrowUnits(requester) * UNIT_WEI - tasks.openOf(requester).reservedWei,
      openOrders: (requester) => tasks.openOf(requester).count,
      isSeen: (taskId) => tasks.get(taskId) !== undefined,
      isNonceSeen,
    };
  };

  const follow = async (taskId: TaskId, order: OrderMessage, isOwn: boolean): Promise<TaskRecord> => {
    const task = createTask(taskId, order, { isOwn, admittedMs: deps.clock.nowMs() });
    // Before the first wait: the next order is judged against it.
    tasks.add(task);
    try {
      await log.saveOrder(taskId, order, task.times.admittedMs, isOwn);
    } catch (error) {
      tasks.remove(task);
      throw error;
    }
    onAdmitted(task);
    return task;
  };

  const admit = async (
    message: Uint8Array,
    isOwn: boolean,
    context: OrderContext = contextNow(),
  ): Promise<TaskRecord | { readonly refused: string; readonly verdict: GossipVerdict }> => {
    if (isDraining()) return { refused: 'SHUTTING_DOWN', verdict: 'ignore' };
    if (tasks.size() >= MAX_TASKS) return { refused: 'OVERLOADED', verdict: 'ignore' };
    const verdict = validateOrder(message, context);
    if (verdict.type !== 'accept') return { refused: verdict.code, verdict: verdict.type };
    return follow(verdict.value.taskId, verdict.value.message, isOwn);
  };

  /**
   * An order that stands on chain: its transaction was its signature, its money is set aside, and it was seen in time when
   * its block came before its seed block, whenever we look.
   */
  const admitForced = async ({ order, inlineInput, block }: ForcedTask): Promise<void> => {
    const message = encodeOrderMessage({ order: { body: order, signature: NO_SIGNATURE }, inlineInput });
    const admitted = await admit(message, false, {
      ...contextNow(),
      headBlock: block,
      secp256k1: { recover: () => order.requester },
      freeWei: () => order.maxFee,
      openOrders: () => 0,
    });
    if (!('refused' in admitted)) return;
    deps.meter.count('mlb_rejections_total', { source: 'order', code: admitted.refused });
    deps.log.debug({ requester: order.requester, code: admitted.refused }, 'a forced order cannot be followed');
  };

  const judged = new Set<TaskId>();
  /** Those that were forced since the last head; not those that are over. */
  const admitAllForced = async (): Promise<void> => {
    for (const forced of deps.view.forcedTasks()) {
      const isOver = forced.state !== 'open' || deps.chain.head().timestamp > forced.order.deadline;
      if (isOver || judged.has(forced.taskId) || tasks.get(forced.taskId) !== undefined) continue;
      judged.add(forced.taskId);
      await admitForced(forced);
    }
  };

  /** The block an order is anchored in, when we have not folded it yet. */
  const blockAhead = (message: Uint8Array): bigint | undefined => {
    const headBlock = deps.view.head()?.number ?? 0n;
    const anchorBlock = anchorOf(message) ?? headBlock;
    return anchorBlock > headBlock && anchorBlock <= headBlock + MAX_BLOCKS_AHEAD ? anchorBlock : undefined;
  };

  deps.gossip.handle('order', async (message) => {
    // Its requester is a poll ahead of us. gossipsub does not bring again what was ignored, so it is judged when we are there.
    const ahead = blockAhead(message);
    if (ahead !== undefined) await catchUp.until(ahead);
    const admitted = await admit(message, false);
    if (!('refused' in admitted)) return 'accept';
    deps.meter.count('mlb_rejections_total', { source: 'order', code: admitted.refused });
    return admitted.verdict;
  });

  return {
    admitOwn: (message) => admit(message, true),
    atHead: async () => {
      catchUp.reached(deps.view.head()?.number ?? 0n);
      await admitAllForced();
    },
  };
};
