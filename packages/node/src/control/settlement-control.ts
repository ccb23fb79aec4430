import type { DaemonControl } from '../api/daemon.ts';
import type { EngineDeps } from '../engine/deps.ts';
import type { Engine } from '../engine/engine.ts';

/** Batches shown at most. */
const MAX_BATCHES = 100;

/** Where settlement stands, as the chain and this node's tasks tell it. */
export const createSettlementControl = ({
  deps,
  engine,
}: {
  readonly deps: EngineDeps;
  readonly engine: Engine;
}): DaemonControl['settlement'] => ({
  status: async () => {
    const tasks = [...engine.tasks()];
    const { view, domain } = deps;
    return {
      schema: 'mlb.settlement/1',
      settlement: domain.settlement,
      nextIndex: String(view.lastBatch().index + 1n),
      pendingTasks: tasks.filter(({ phase }) => phase === 'agreed' || phase === 'settleable').length,
      settledTasks: tasks.filter(({ phase }) => phase === 'posted' || phase === 'settled').length,
      batches: view
        .batches()
        .toReversed()
        .slice(0, MAX_BATCHES)
        .map(({ index, headerDigest, header, transaction, block }) => ({
          index: String(index),
          headerDigest,
          transaction,
          postedAtBlock: Number(block),
          leafCount: header.leafCount,
        })),
    };
  },
});
