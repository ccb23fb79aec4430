import assert from 'node:assert/strict';
import {
  type Batch,
  buildBatch,
  DEVNET_PARAMS,
  drawProposer,
  encodeBatchCertificate,
  headerDigestOf,
  keccak256,
  type SettledTask,
  slotOf,
} from '@mlb/protocol';
import { postData } from '../../src/settlement/call-data.ts';
import { settlementViewOf } from '../../src/settlement/view.ts';
import { createActor } from '../chain/operators.ts';
import { secp256k1, type World } from './world.ts';

/** Account of whoever posts for the colluders. */
const POSTER = 14;
export const TRUSTING = {
  isTimely: () => true,
  isDisputed: () => false,
  isSettleable: () => true,
  heardAfterAuditBlock: () => false,
  hasVerdict: () => false,
};

/** The batch that an honest proposer would make of these tasks in the slot of now. */
export const honestBatch = (world: World, tasks: readonly SettledTask[]): Batch => {
  const { domain, chain, memberFold: fold } = world;
  const context = { domain, params: DEVNET_PARAMS, chain: chain.indexer, state: chain.state, ...(fold && { fold }) };
  const view = settlementViewOf(context, TRUSTING);
  assert.ok(view !== undefined);
  const slot = slotOf(world.chain.indexer.head().number, DEVNET_PARAMS.batchSlotBlocks);
  const { batch } = buildBatch({ view, secp256k1, slot, tasks });
  assert.ok(batch !== undefined);
  return batch;
};

/** The first `count` operators sign whatever the batch says, and it is posted. */
export const postCollusively = async (world: World, batch: Batch, count: number): Promise<void> => {
  const { header, deltas, nullifiers } = batch;
  const snapshot = world.chain.state.snapshotOf(header.epoch);
  assert.ok(snapshot !== undefined);
  const headerDigest = headerDigestOf(world.domain, header);
  const colluders = world.operators.slice(0, count);
  const signatures = snapshot.rows.flatMap(({ operator, sessionKey }, row) =>
    colluders.includes(operator) ? [{ row, signature: world.signAs(sessionKey, headerDigest) }] : [],
  );
  const certificate = encodeBatchCertificate(snapshot, signatures);
  const { tx } = createActor(world.evm, world.deployment, world.evm.account(POSTER));
  const data = postData({ header, headerDigest, deltas, nullifiers, certificate });
  const sent = tx.send({ key: `post:${headerDigest}`, to: world.domain.settlement, data });
  await tx.refresh();
  await tx.refresh();
  const outcome = await sent;
  assert.ok(
    outcome.type === 'mined' && outcome.status === 'success',
    JSON.stringify(outcome, (_, v) => (typeof v === 'bigint' ? `${v}` : v)),
  );
};

/** The operator whose slot the batch claims. */
export const proposerOf = (world: World, { header }: Batch): string => {
  const snapshot = world.chain.state.snapshotOf(header.epoch);
  assert.ok(snapshot !== undefined);
  return snapshot.rows[drawProposer({ domain: world.domain, snapshot, slot: header.slot }) ?? -1]?.operator ?? '';
};

/** Moves units from the last earned row to the one before it: the sums still balance. */
export const shiftCredit = (batch: Batch): Batch => {
  const deltas = batch.deltas.slice();
  const view = new DataView(deltas.buffer, deltas.byteOffset, deltas.byteLength);
  const last = deltas.length - 13;
  view.setBigUint64(last + 5, view.getBigUint64(last + 5) - 5n);
  view.setBigUint64(last - 13 + 5, view.getBigUint64(last - 13 + 5) + 5n);
  return { ...batch, deltas, header: { ...batch.header, deltasHash: keccak256(deltas) } };
};
