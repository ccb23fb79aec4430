import {
  type Certificate,
  decodeLeaves,
  INPUT_INLINE,
  MAX_BATCH_DATA_BYTES,
  type Receipt,
  type ReceiptSettlement,
  receiptSettlementOf,
  type SeedBlock,
} from '@mlb/protocol';
import { ControlError } from '../api/control-error.ts';
import { rawCidOfDigest } from '../content/cid.ts';
import type { EngineDeps } from '../engine/deps.ts';
import type { TaskRecord } from '../engine/task.ts';
import { peerIdOfKey } from '../network/peer-id.ts';

const FETCH_TIMEOUT_MS = 15_000;

/** The leaf of a settled task, from whoever attested its batch. */
const settlementOf = async (deps: EngineDeps, task: TaskRecord): Promise<ReceiptSettlement | undefined> => {
  const posted = task.settlement === undefined ? undefined : deps.view.batch(task.settlement.index);
  if (posted === undefined) return undefined;
  const { header, transaction } = posted;
  const attesters = deps.view.snapshotOf(header.epoch)?.rows ?? [];
  const fetching = deps.content.get(rawCidOfDigest(header.dataCidDigest), {
    maxBytes: MAX_BATCH_DATA_BYTES,
    providers: attesters.flatMap(({ peerKey }) => (peerKey === undefined ? [] : [peerIdOfKey(peerKey)])),
    signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
  });
  const data = await fetching.catch((cause: unknown) => {
    const text = `task ${task.taskId}: no attester gave the leaves of batch ${header.index}: ${String(cause)}`;
    throw new ControlError('NOT_READY', text, { cause, next: 'try again when operators are connected: mlb peer ls' });
  });
  return receiptSettlementOf({ header, leaves: decodeLeaves(data), taskId: task.taskId, transaction });
};

/** Blocks that seed the draws of rounds 1 and on, up to the certificate's. */
const laterSeedBlocksOf = ({ seatings }: TaskRecord, { statement }: Certificate): readonly SeedBlock[] =>
  Array.from({ length: statement.round }, (_, i) => seatings.get(i + 1)?.seedBlock).filter(
    (block) => block !== undefined,
  );

/** As the machine heard them, ascending by seat. */
const declinesOf = ({ machine }: TaskRecord): Receipt['declines'] =>
  [...(machine?.state.declines ?? [])]
    .map(([seat, { decline }]) => ({ seat, signature: decline.signature }))
    .sort((a, b) => a.seat - b.seat);

/** Everything a third party needs, gathered. NOT_READY when a part is not here (any more). */
export const receiptOf = async (deps: EngineDeps, task: TaskRecord): Promise<Receipt> => {
  const { body } = task.order.order;
  const model = deps.view.model(body.modelId);
  const { delivery, certificate, seatings, settleable } = task;
  const first = seatings.get(0);
  if (!(first && model && delivery && certificate)) {
    throw new ControlError('NOT_READY', `task ${task.taskId} is not agreed, or its seed block is no longer kept here`, {
      next: `mlb task show ${task.taskId}`,
    });
  }
  return {
    chainId: deps.domain.chainId,
    settlementContract: deps.domain.settlement,
    order: task.order.order,
    input: body.inputKind === INPUT_INLINE ? task.order.inlineInput : undefined,
    model,
    seedBlock: first.seedBlock,
    laterSeedBlocks: laterSeedBlocksOf(task, certificate),
    snapshot: first.snapshot,
    certificate,
    declines: settleable?.declines ?? declinesOf(task),
    blind: delivery.blind,
    output: delivery.output,
    settlement: await settlementOf(deps, task),
  };
};
