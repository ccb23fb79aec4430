import {
  buildBatch,
  decodeDeltas,
  decodeNullifiers,
  drawCommittee,
  drawProposer,
  encodeBatchCertificate,
  headerDigestOf,
  leafHashOf,
  merkleProof,
  nobleSecp256k1,
  type OperatorRow,
  ROLE_COMPUTE,
  ROLE_VERIFIER,
  type Snapshot,
  seedOf,
  snapshotRowsBytes,
  snapshotRowsHash,
  TaskId,
  totalAttesterWeight,
} from '../../src/index.ts';
import { blockHashOf, bytes32, DOMAIN, rowOf, secretKeyOf, sessionNameOf, snapshotOf } from '../fixture/network.ts';
import { accountOf, FREE_MODEL, OPERATORS, settle, viewOf } from '../fixture/settlement.ts';
import { type Json, toJson } from './json.ts';

const SLOT = 7n;

const snapshotVector = (snapshot: Snapshot): Json =>
  toJson({
    operators: snapshot.rows.map(({ operator }) => operator),
    bytes: snapshotRowsBytes(snapshot),
    rowsHash: snapshotRowsHash(snapshot),
    totalWeight: totalAttesterWeight(snapshot),
  });

const drawVector = (name: string, rows: readonly OperatorRow[], redundancy: number): Json => {
  const taskId = TaskId(bytes32(`task of ${name}`));
  const blockHash = blockHashOf(22n);
  const seed = seedOf({ domain: DOMAIN, taskId, round: 0, blockHash });
  const snapshot = snapshotOf(rows);
  const exclude = rows.slice(0, 1).map(({ operator }) => operator);
  const seats = drawCommittee({ seed, snapshot, redundancy, exclude }) ?? [];
  const rowsDrawn = seats.map(({ row }) => row);
  return toJson({
    name,
    taskId,
    round: 0,
    blockHash,
    seed,
    exclude,
    redundancy,
    snapshot: snapshotVector(snapshot),
    rowsDrawn,
  });
};

const POOLS: readonly (readonly [name: string, rows: readonly OperatorRow[], redundancy: number])[] = [
  ['eight of one lot', OPERATORS.rows, 4],
  [
    'one to four lots, verifiers and newcomers below 0.4 among them',
    Array.from({ length: 20 }, (_, i) =>
      rowOf(i, {
        stakeMlb: 50_000 * (1 + (i % 4)),
        reputationBps: i % 7 === 3 ? 3999 : 5000 + 100 * i,
        roles: i % 5 === 4 ? ROLE_VERIFIER : ROLE_COMPUTE,
      }),
    ),
    7,
  ],
  ['a hundred operators', Array.from({ length: 100 }, (_, i) => rowOf(i, { stakeMlb: 50_000 + 2000 * i })), 15],
];

/** A whole batch of real signatures with its certificate, and the draws that Solidity replays. */
export const batchVectors = (): Json => {
  const secp256k1 = nobleSecp256k1;
  const tasks = [
    settle({ secp256k1 }),
    settle({ secp256k1, signers: [0, 1, 3], order: { nonce: 300n } }),
    settle({ secp256k1, requester: 'bob', order: { modelId: FREE_MODEL, tipPerSeat: 123_456_789_012n } }),
  ];
  const { batch } = buildBatch({ view: viewOf(), secp256k1, slot: SLOT, tasks });
  if (batch === undefined) throw new Error('the vector tasks do not settle');
  const headerDigest = headerDigestOf(DOMAIN, batch.header);
  const sign = (row: number) => secp256k1.sign(headerDigest, secretKeyOf(sessionNameOf(row)));
  const signers = [0, 1, 3, 4, 6, 7];
  const leafHashes = batch.leaves.map(leafHashOf);
  return toJson({
    domain: DOMAIN,
    snapshot: { epoch: OPERATORS.epoch, rows: snapshotVector(OPERATORS) },
    accounts: OPERATORS.rows.map(({ operator }) => ({ operator, account: accountOf(operator) })),
    header: batch.header,
    headerDigest,
    deltas: { bytes: batch.deltas, rows: decodeDeltas(batch.deltas) },
    nullifiers: { bytes: batch.nullifiers, rows: decodeNullifiers(batch.nullifiers) },
    leaves: { data: batch.data, hashes: leafHashes, proofOfLeaf2: merkleProof(leafHashes, 2) },
    certificate: {
      signers,
      bytes: encodeBatchCertificate(
        OPERATORS,
        signers.map((row) => ({ row, signature: sign(row) })),
      ),
    },
    proposers: Array.from({ length: 8 }, (_, i) => {
      const slot = BigInt(i);
      return { slot, row: drawProposer({ domain: DOMAIN, snapshot: OPERATORS, slot }) };
    }),
    draws: POOLS.map(([name, rows, redundancy]) => drawVector(name, rows, redundancy)),
  });
};
