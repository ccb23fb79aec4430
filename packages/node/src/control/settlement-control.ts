import type { DaemonControl } from '../api/daemon.ts';
import type { BatchView, SettlementView } from '../api/schema/settlement.ts';
import type { PostedBatch } from '../chain/state.ts';
import type { Base } from '../compose/base.ts';
import type { EngineDeps } from '../engine/deps.ts';
import type { Engine } from '../engine/engine.ts';

/** Batches shown at most: each costs one question to the L2. */
const MAX_BATCHES = 20;

/** Where settlement stands, as the chain and this node's tasks tell it. */
export const createSettlementControl = ({
  base,
  deps,
  engine,
}: {
  readonly base: Pick<Base, 'chainClient'>;
  readonly deps: EngineDeps;
  readonly engine: Engine;
}): DaemonControl['settlement'] => {
  /** Unknown while the L2 does not answer. */
  const gasOf = async ({ transaction }: PostedBatch): Promise<number | undefined> => {
    const receipt = await base.chainClient.getTransactionReceipt({ hash: transaction }).catch(() => undefined);
    return receipt === undefined ? undefined : Number(receipt.gasUsed);
  };

  const viewOf = async (batch: PostedBatch): Promise<BatchView> => ({
    index: String(batch.index),
    headerDigest: batch.headerDigest,
    transaction: batch.transaction,
    postedAtBlock: Number(batch.block),
    leafCount: batch.header.leafCount,
    isReverted: batch.isReverted,
    gasUsed: await gasOf(batch),
  });

  const status = async (): Promise<SettlementView> => {
    const tasks = [...engine.tasks()];
    const { view, domain } = deps;
    return {
      schema: 'mlb.settlement/1',
      settlement: domain.settlement,
      baseFeeWei: String(view.baseFee()),
      nextIndex: String(view.lastBatch().index + 1n),
      pendingTasks: tasks.filter(({ phase }) => phase === 'agreed' || phase === 'settleable').length,
      settledTasks: tasks.filter(({ phase }) => phase === 'posted' || phase === 'settled').length,
      batches: await Promise.all(view.batches().toReversed().slice(0, MAX_BATCHES).map(viewOf)),
    };
  };
  return { status };
};
