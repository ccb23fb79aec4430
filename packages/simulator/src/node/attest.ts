import {
  BATCH_HEADER,
  type BatchAttestation,
  encodeBatchAttestation,
  isAttestationQuorum,
  type RowSignature,
  validateBatchAttestation,
  validateBatchProposal,
  verifyBatch,
} from '@mlb/protocol';
import { EPOCH } from '../universe.ts';
import { after, note, type World } from '../world.ts';
import { tick } from './crash.ts';
import { signOnce } from './guard.ts';
import type { KnownProposal, Node } from './node.ts';
import { settlementView } from './settlement-view.ts';
import { gossip } from './speak.ts';

interface Heard {
  readonly bytes: Uint8Array;
}

type Judged = { readonly type: 'accept' | 'ignore' | 'reject'; readonly code?: string };

/** Fetching the leaves from whoever holds them. */
const FETCH_MS = 200;

const snapshotOf =
  ({ universe }: World) =>
  (epoch: bigint) =>
    epoch === EPOCH ? universe.table.latest : undefined;

/** Brings a batch to the chain that has its certificate; everybody who holds one posts the same transaction. */
const postIfCertified = (world: World, node: Node, headerDigest: string): void => {
  const known = node.memory.proposals.get(headerDigest);
  const signatures = [...(node.memory.attestations.get(headerDigest)?.values() ?? [])];
  const snapshot = world.universe.table.latest;
  if (known?.data === undefined || snapshot === undefined) return;
  if (
    !isAttestationQuorum(
      snapshot,
      signatures.map(({ row }) => row),
    )
  )
    return;
  const { header, deltas, nullifiers } = known.proposal;
  if (node.memory.head.ledger.lastIndex >= header.index) return;
  const post = world.posts.get(headerDigest) ?? {
    ...{ type: 'post', header, deltas, nullifiers, data: known.data, signatures },
  };
  world.posts.set(headerDigest, post);
  world.chain.submit(post);
};

export const addAttestation = (
  world: World,
  node: Node,
  { headerDigest, attester, signature }: Pick<BatchAttestation, 'headerDigest' | 'attester' | 'signature'>,
): void => {
  const byRow = node.memory.attestations.get(headerDigest) ?? new Map<number, RowSignature>();
  if (!byRow.has(attester)) byRow.set(attester, { row: attester, signature });
  node.memory.attestations.set(headerDigest, byRow);
  postIfCertified(world, node, headerDigest);
};

/** Checks the whole batch against the own view of the chain and of disputes, and signs it once. */
const attest = (world: World, node: Node, known: KnownProposal): void => {
  if (known.isAttested || known.data === undefined || node.conduct.attests === false) return;
  const { secp256k1 } = world.universe;
  const { header, deltas, nullifiers } = known.proposal;
  const verdict = verifyBatch({
    view: settlementView(world, node),
    secp256k1,
    header,
    deltas,
    nullifiers,
    data: known.data,
  });
  if (verdict.type === 'fault') {
    known.isAttested = !verdict.isPassing;
    note(world, `${node.index} refuses batch ${header.index}: ${verdict.code}`);
    return;
  }
  known.isAttested = true;
  const duty = `header/${header.index}/${header.slot}`;
  const signed = signOnce(world, node, { duty, schema: BATCH_HEADER, body: header });
  if (signed === undefined) return;
  const { index, slot } = header;
  const attestation = { index, slot, headerDigest: known.digest, attester: node.index, signature: signed.signature };
  tick(world, node);
  gossip(world, node, { kind: 'batch-attestation', bytes: encodeBatchAttestation(attestation) });
  addAttestation(world, node, attestation);
};

const fetchData = (world: World, node: Node, known: KnownProposal): void => {
  const blob = world.blobs.get(known.proposal.header.dataCidDigest);
  if (blob === undefined || world.nodes[blob.holder]?.isUp !== true) return;
  known.data = blob.bytes;
  attest(world, node, known);
  postIfCertified(world, node, known.digest);
};

export const hearProposal = (world: World, node: Node, { bytes }: Heard): Judged => {
  const { memory } = node;
  const { domain, secp256k1 } = world.universe;
  const verdict = validateBatchProposal(bytes, {
    ...{ domain, secp256k1, batchSlotBlocks: world.params.batchSlotBlocks, headBlock: memory.head.number },
    ...{ lastIndex: memory.head.ledger.lastIndex, snapshot: snapshotOf(world) },
    isSeen: (digest) => memory.proposals.has(digest),
  });
  if (verdict.type !== 'accept') return verdict;
  const { headerDigest: digest, proposal } = verdict.value;
  const known: KnownProposal = { digest, proposal, data: undefined, isAttested: false };
  memory.proposals.set(digest, known);
  const { proposer, signature } = proposal;
  addAttestation(world, node, { headerDigest: digest, attester: proposer, signature });
  after(world, FETCH_MS, { label: `fetch of ${node.index}`, node, run: () => fetchData(world, node, known) });
  return verdict;
};

export const hearAttestation = (world: World, node: Node, { bytes }: Heard): Judged => {
  const { memory } = node;
  const verdict = validateBatchAttestation(bytes, {
    ...{ secp256k1: world.universe.secp256k1, lastIndex: memory.head.ledger.lastIndex, epoch: EPOCH },
    snapshot: snapshotOf(world),
    proposed: (digest) => memory.proposals.get(digest)?.proposal.header,
    isSeen: (digest, attester) => memory.attestations.get(digest)?.has(attester) === true,
  });
  if (verdict.type === 'accept') addAttestation(world, node, verdict.value.attestation);
  return verdict;
};

/** At a new head: what our own lag may have explained is looked at again, and what a reorg lost is posted again. */
export const attestAgain = (world: World, node: Node): void => {
  const { lastIndex } = node.memory.head.ledger;
  for (const known of node.memory.proposals.values()) {
    if (known.proposal.header.index <= lastIndex) continue;
    if (known.data === undefined) fetchData(world, node, known);
    else attest(world, node, known);
    postIfCertified(world, node, known.digest);
  }
};
