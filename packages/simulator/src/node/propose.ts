import {
  BATCH_HEADER,
  type BatchProposal,
  buildBatch,
  drawProposer,
  encodeBatchProposal,
  headerDigestOf,
  slotOf,
} from '@mlb/protocol';
import { EPOCH } from '../universe.ts';
import { note, type World } from '../world.ts';
import { addAttestation } from './attest.ts';
import { tick } from './crash.ts';
import { signOnce } from './guard.ts';
import type { Node } from './node.ts';
import { settleableTasks, settlementView } from './settlement-view.ts';
import { gossip } from './speak.ts';

/** At a new head: whose turn it is builds the next batch, once a slot. */
export const proposeIfDue = (world: World, node: Node): void => {
  const { memory } = node;
  const { domain, secp256k1, table } = world.universe;
  const snapshot = table.latest;
  const slot = slotOf(memory.head.number, world.params.batchSlotBlocks);
  if (snapshot === undefined || slot <= memory.lastProposedSlot) return;
  memory.lastProposedSlot = slot;
  const proposer = drawProposer({ domain, snapshot: { ...snapshot, epoch: EPOCH }, slot });
  if (proposer !== node.index) return;
  const candidates = settleableTasks(world, node);
  const tasks = node.conduct.select?.(candidates) ?? candidates;
  const { batch } = buildBatch({ view: settlementView(world, node), secp256k1, slot, tasks });
  if (batch === undefined) return;
  const { header, deltas, nullifiers, data } = batch;
  const duty = `header/${header.index}/${header.slot}`;
  const signed = signOnce(world, node, { duty, schema: BATCH_HEADER, body: header });
  if (signed === undefined) return;
  const { signature } = signed;
  const proposal: BatchProposal = { header, deltas, nullifiers, proposer, signature };
  const digest = headerDigestOf(domain, header);
  note(world, `${node.index} proposes batch ${header.index} of ${header.leafCount}`);
  world.blobs.set(header.dataCidDigest, { bytes: data, holder: node.index });
  memory.proposals.set(digest, { digest, proposal, data, isAttested: true });
  tick(world, node);
  gossip(world, node, { kind: 'batch-proposal', bytes: encodeBatchProposal(proposal) });
  addAttestation(world, node, { headerDigest: digest, attester: proposer, signature });
};
