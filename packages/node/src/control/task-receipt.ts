import {
  decodeLeaves,
  INPUT_INLINE,
  MAX_BATCH_DATA_BYTES,
  type Receipt,
  type ReceiptSettlement,
  receiptSettlementOf,
} from '@mlb/protocol';
import { ControlError } from '../api/control-error.ts';
import { rawCidOfDigest } from '../content/cid.ts';
import type { EngineDeps } from '../engine/deps.ts';
import { seedBlockOfTask } from '../engine/seating.ts';
import type { TaskRecord } from '../engine/task.ts';
import { peerIdOfKey } from '../network/peer-id.ts';

const FETCH_TIMEOUT_MS = 15_000;

/** The leaf of a settled task, from whoever attested its batch. */
const settlementOf = async (deps: EngineDeps, task: TaskRecord): Promise<ReceiptSettlement | undefined> => {
  const posted = task.settlement === undefined ? undefined : deps.view.batch(task.settlement.index);
  if (posted === undefined) return undefined;
  const { header, transaction } = posted;
  const attesters = deps.view.snapshotOf(header.epoch)?.rows ?? [];
  const data = await deps.content.get(rawCidOfDigest(header.dataCidDigest), {
    maxBytes: MAX_BATCH_DATA_BYTES,
    providers: attesters.flatMap(({ peerKey }) => (peerKey === undefined ? [] : [peerIdOfKey(peerKey)])),
    signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
  });
  return receiptSettlementOf({ header, leaves: decodeLeaves(data), taskId: task.taskId, transaction });
};

/** Everything a third party needs, gathered. NOT_READY when a part is not here (any more). */
export const receiptOf = async (deps: EngineDeps, task: TaskRecord): Promise<Receipt> => {
  const { body } = task.order.order;
  const seedBlock = seedBlockOfTask(deps, task);
  const seedHash = deps.chain.blockHash(seedBlock);
  const snapshot = task.seating === undefined ? undefined : deps.view.snapshotOf(task.seating.params.epoch);
  const model = deps.view.model(body.modelId);
  const { delivery, certificate } = task;
  if (!(seedHash && snapshot && model && delivery && certificate)) {
    throw new ControlError('NOT_READY', `task ${task.taskId} is not agreed, or its epoch is no longer kept here`, {
      next: `mlb task show ${task.taskId}`,
    });
  }
  return {
    chainId: deps.domain.chainId,
    settlementContract: deps.domain.settlement,
    order: task.order.order,
    input: body.inputKind === INPUT_INLINE ? task.order.inlineInput : undefined,
    model,
    seedBlock: { number: seedBlock, hash: seedHash },
    snapshot,
    certificate,
    blind: delivery.blind,
    output: delivery.output,
    settlement: await settlementOf(deps, task),
  };
};
