import type { SettledTask, SettlementView } from '@mlb/protocol';
import { foldOf, foldParamsOf, INITIAL_BASE_FEE, modelRecordOf } from '../chain/settlement-fold.ts';
import { EPOCH, SEALED_AT_BLOCK } from '../universe.ts';
import type { World } from '../world.ts';
import { blockAt, type Node } from './node.ts';
import { isHeardLate } from './seating.ts';

const bitOf = (nonce: bigint): bigint => 1n << (nonce & 0xffn);

/** The chain as this node sees it at its head, and what it knows of disputes. */
export const settlementView = (world: World, node: Node): SettlementView => {
  const { universe, params } = world;
  const { head, tasks } = node.memory;
  const { ledger } = head;
  const snapshot = universe.table.latest;
  const isNonceUsed = (account: number, nonce: bigint): boolean =>
    world.mutation !== 'forgets-nonces' &&
    ((ledger.nonces.get(`${account}/${nonce >> 8n}`) ?? 0n) & bitOf(nonce)) !== 0n;
  return {
    ...{ domain: universe.domain, seedLagBlocks: params.seedLagBlocks, nowSec: head.timestampSec },
    ...{
      lastIndex: ledger.lastIndex,
      lastHeaderDigest: ledger.lastHeaderDigest,
      baseFee: INITIAL_BASE_FEE,
      epoch: EPOCH,
    },
    snapshot: (epoch) => (epoch === EPOCH ? snapshot : undefined),
    snapshotAt: (block) => (block >= SEALED_AT_BLOCK ? snapshot : undefined),
    model: (id) => (id === universe.modelId ? modelRecordOf(world) : undefined),
    blockHash: (number) => blockAt(node, number)?.hash,
    accountOf: universe.accountOf,
    escrowUnits: (account) => ledger.escrow.get(account) ?? 0n,
    isNonceUsed,
    // Validated before its seed block, or restored from what was.
    isTimely: (taskId) => tasks.has(taskId),
    heardAfterAuditBlock: (taskId, auditBlock) => {
      const task = tasks.get(taskId);
      return task === undefined || isHeardLate(task, auditBlock);
    },
    hasVerdict: (taskId, round) => tasks.get(taskId)?.machine?.state.verdict?.verdict.round === round,
    fold: { state: foldOf(world, ledger), params: foldParamsOf(world) },
    ...{ roundBlocks: params.roundBlocks, auditLagBlocks: params.auditLagBlocks },
    isDisputed: (taskId, round) =>
      world.mutation !== 'ignores-disputes' && tasks.get(taskId)?.disputed.has(round) === true,
  };
};

/** What this node would put into a batch now. */
export const settleableTasks = (world: World, node: Node): readonly SettledTask[] => {
  const { isNonceUsed, accountOf } = settlementView(world, node);
  return [...node.memory.tasks.values()].flatMap(({ settled, message }) => {
    const { requester, nonce } = message.order.body;
    const account = accountOf(requester);
    const isOpen = settled !== undefined && account !== undefined && !isNonceUsed(account, nonce);
    return isOpen ? [{ order: message.order, ...settled }] : [];
  });
};
