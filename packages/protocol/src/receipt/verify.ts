import { headerDigestOf } from '../batch/assemble.ts';
import { leafHashOf } from '../batch/leaf-hash.ts';
import { merkleDepth, merkleRootOfProof } from '../batch/merkle.ts';
import { drawUnion } from '../batch/union.ts';
import { isSameStatement } from '../certificate/assemble.ts';
import { confidenceBps, verifyCertificate } from '../certificate/verify.ts';
import type { CommitteeSeat } from '../committee/draw.ts';
import type { SeatSignature } from '../message/certificate.ts';
import { createDomain, type Domain, digestOf } from '../message/domain.ts';
import { lockRootOf } from '../message/lock-vote.ts';
import { RESULT_STATEMENT, resultDigestOf } from '../message/result-statement.ts';
import { INPUT_INLINE, taskIdOf } from '../message/task-order.ts';
import { snapshotRowsHash } from '../operators/snapshot.ts';
import { sha256 } from '../primitives/hash.ts';
import type { TaskId } from '../primitives/hex.ts';
import type { Secp256k1 } from '../primitives/signature.ts';
import { hasQuorum } from '../quorum/threshold.ts';
import { decodeCanonical, resultHashOf } from '../tensor/canonical.ts';
import type { Receipt, ReceiptSettlement } from './receipt.ts';

/** One thing that was looked at. */
export interface ReceiptCheck {
  readonly name: string;
  readonly ok: boolean;
  /** What was found, for people. */
  readonly detail: string;
}

export interface ReceiptReport {
  readonly taskId: TaskId;
  readonly checks: readonly ReceiptCheck[];
  /** All checks hold. */
  readonly ok: boolean;
  /** The paper's Confidence(r): share of the weight of all seats that signed; 0 when a check failed. */
  readonly confidenceBps: number;
  /** What nobody can see without the chain, in words. */
  readonly notChecked: readonly string[];
}

interface Facts {
  readonly receipt: Receipt;
  readonly domain: Domain;
  readonly secp256k1: Pick<Secp256k1, 'recover'>;
  readonly taskId: TaskId;
  /** Of all rounds up to the certificate's, drawn again from snapshot, seeds and declines; empty when that cannot be. */
  readonly seats: readonly CommitteeSeat[];
}

type Drawing = Pick<Facts, 'receipt' | 'domain' | 'secp256k1' | 'taskId'>;

const seatsOf = (
  { receipt, domain, secp256k1, taskId }: Drawing,
  declines: readonly SeatSignature[],
): readonly CommitteeSeat[] => {
  const { order, model, snapshot, certificate, seedBlock, laterSeedBlocks } = receipt;
  const { requester, redundancy } = order.body;
  const union = drawUnion({
    domain,
    secp256k1,
    taskId,
    snapshot,
    redundancy,
    exclude: [requester, model.provider],
    seedHash: (round) => [seedBlock, ...laterSeedBlocks][round]?.hash,
    round: certificate.statement.round,
    declines,
  });
  return typeof union === 'string' ? [] : union.seats;
};

const percent = (bps: number): string => `${(bps / 100).toFixed(2)} %`;

const checkOrder = ({ receipt: { order }, secp256k1, taskId }: Facts): ReceiptCheck => {
  const signer = secp256k1.recover(taskId, order.signature);
  return {
    name: 'order signature',
    ok: signer === order.body.requester,
    detail: `order ${taskId} of requester ${order.body.requester}, signed by ${signer ?? 'nobody'}`,
  };
};

const checkInput = ({ receipt: { order, input } }: Facts): readonly ReceiptCheck[] => {
  if (input === undefined) return [];
  const hash = sha256(input);
  const detail = `${input.length} bytes with sha256 ${hash}`;
  return [{ name: 'input', ok: order.body.inputKind === INPUT_INLINE && hash === order.body.inputHash, detail }];
};

const checkModel = ({ receipt: { order, model } }: Facts): ReceiptCheck => ({
  name: 'model',
  ok: order.body.modelId === model.modelId && order.body.computeUnits >= model.computeUnits,
  detail: `model ${model.modelId} (${model.name}) of provider ${model.provider}`,
});

/** The snapshot's own consistency: sealed before the anchor, rows ascending, of the epoch that the committee signed. */
const checkSnapshot = ({
  receipt: { order, snapshot, certificate, seedBlock, laterSeedBlocks },
}: Facts): ReceiptCheck => {
  const isAscending = snapshot.rows.every(
    (row, i) => i === 0 || row.operatorIndex > (snapshot.rows[i - 1]?.operatorIndex ?? 0),
  );
  const blocks = [order.body.anchorBlock, seedBlock.number, ...laterSeedBlocks.map(({ number }) => number)];
  const isAfter = blocks.every((block, i) => i === 0 || block > (blocks[i - 1] ?? 0n));
  const isOfOrder = snapshot.sealedAtBlock <= order.body.anchorBlock && isAfter;
  return {
    name: 'registry snapshot',
    ok: isAscending && isOfOrder && snapshot.epoch === certificate.statement.epoch,
    detail: `epoch ${snapshot.epoch}, ${snapshot.rows.length} operators, rows hash ${snapshotRowsHash(snapshot)}`,
  };
};

const checkCommittee = ({ receipt: { certificate, order }, seats, taskId }: Facts): ReceiptCheck => {
  const { statement } = certificate;
  const isOfTask = statement.taskId === taskId && statement.seatCount === seats.length;
  return {
    name: 'committee',
    ok: seats.length > 0 && isOfTask,
    detail:
      seats.length === 0
        ? `the snapshot, seed blocks and declines give no committee of ${order.body.redundancy} for round ${statement.round}`
        : `seats of round ${statement.round} drawn again: ${seats.map(({ operator }) => operator).join(', ')}`,
  };
};

const checkSignatures = ({ receipt: { certificate }, domain, secp256k1, seats }: Facts): ReceiptCheck => {
  const digest = digestOf(domain, RESULT_STATEMENT, certificate.statement);
  const bad = certificate.signatures.filter(
    ({ seat, signature }) => secp256k1.recover(digest, signature) !== (seats[seat]?.sessionKey ?? 'no seat'),
  );
  const { length } = certificate.signatures;
  const detail = bad.length === 0 ? `${length} signatures` : `wrong: seats ${bad.map(({ seat }) => seat).join(', ')}`;
  return { name: 'seat signatures', ok: length > 0 && bad.length === 0, detail };
};

const checkLock = ({ receipt: { certificate } }: Facts): ReceiptCheck => {
  const root = lockRootOf(certificate.locked);
  const locked = new Set(certificate.locked.map(({ seat }) => seat));
  return {
    name: 'lock root',
    ok: root === certificate.statement.lockRoot && certificate.signatures.every(({ seat }) => locked.has(seat)),
    detail: `commits of seats ${[...locked].join(', ')} hash to ${root}`,
  };
};

const checkWeight = ({ receipt: { certificate }, seats }: Facts): ReceiptCheck => {
  const signers = certificate.signatures.map(({ seat }) => seat);
  const detail = `${signers.length} of ${seats.length} seats, ${percent(confidenceBps(certificate, seats))} of the weight`;
  return { name: 'weight', ok: hasQuorum(seats, signers), detail };
};

const checkCertificate = ({ receipt: { certificate }, domain, secp256k1, seats }: Facts): ReceiptCheck => {
  const verified = verifyCertificate({ domain, secp256k1, seats, certificate });
  const isVerified = typeof verified !== 'string';
  return { name: 'certificate', ok: isVerified, detail: isVerified ? 'agreed by the committee' : verified };
};

const isCanonical = (output: Uint8Array): boolean => {
  try {
    return decodeCanonical(output).length > 0;
  } catch {
    return false;
  }
};

const checkResult = ({ receipt: { certificate, blind, output }, taskId }: Facts): ReceiptCheck => {
  const resultHash = resultHashOf(output);
  const isOpened = resultDigestOf(taskId, blind, resultHash) === certificate.statement.resultDigest;
  const detail = `${output.length} bytes with result hash ${resultHash}`;
  return { name: 'output', ok: isOpened && isCanonical(output), detail };
};

const checkSettlement = (facts: Facts, settlement: ReceiptSettlement): readonly ReceiptCheck[] => {
  const { header, leaf, leafIndex, proof } = settlement;
  const { receipt, domain, secp256k1, taskId } = facts;
  // Another decline may have come to the proposer than to the requester: the leaf has its own.
  const seats = seatsOf(facts, leaf.declines);
  const verified = verifyCertificate({ domain, secp256k1, seats, certificate: leaf.certificate });
  const isSameResult = isSameStatement(leaf.certificate.statement, receipt.certificate.statement);
  const isSameSeats = leaf.committee.join() === seats.map(({ row }) => row).join();
  const root = merkleRootOfProof({ leaf: leafHashOf(leaf), index: leafIndex, proof });
  const isInside = leafIndex < header.leafCount && proof.length === merkleDepth(header.leafCount);
  return [
    {
      name: 'settled leaf',
      ok: taskIdOf(domain, leaf.order.body) === taskId && isSameResult && isSameSeats && typeof verified !== 'string',
      detail: `leaf ${leafIndex} pays ${leaf.certificate.signatures.length} seats for this result`,
    },
    {
      name: 'merkle proof',
      ok: isInside && root === header.leavesRoot,
      detail: `batch ${header.index} with header digest ${headerDigestOf(domain, header)}`,
    },
  ];
};

const notCheckedOf = ({ receipt }: Facts): readonly string[] => [
  `that epoch ${receipt.snapshot.epoch} was sealed with these session keys and stakes: compare the rows hash with the EpochSealed event`,
  'that these operators own these session keys and peer keys: see the OperatorRegistered events',
  ...[receipt.seedBlock, ...receipt.laterSeedBlocks].map(
    ({ number, hash }, round) =>
      `that block ${number} has hash ${hash} and is the order's seed block of round ${round}`,
  ),
  "that the order's anchor is on the chain",
  `that the ModelRegistry holds this record of model ${receipt.model.modelId}`,
  ...(receipt.input === undefined ? ['the input: it is not in the receipt'] : []),
  'that the output is what the model computes: the committee vouches for it, run the model to see for yourself',
  receipt.settlement === undefined
    ? 'settlement: the receipt says agreed, not settled'
    : `that transaction ${receipt.settlement.transaction} posted this batch and that its challenge window is over`,
];

/**
 * Checks a receipt offline: every signature, the committee drawn again from the snapshot and the seed, the weights, the
 * lock, the opened digest, the place in the batch. What only the chain can tell is listed, never assumed.
 */
export const verifyReceipt = (receipt: Receipt, secp256k1: Pick<Secp256k1, 'recover'>): ReceiptReport => {
  const domain = createDomain(receipt.chainId, receipt.settlementContract);
  const taskId = taskIdOf(domain, receipt.order.body);
  const drawing: Drawing = { receipt, domain, secp256k1, taskId };
  const facts: Facts = { ...drawing, seats: seatsOf(drawing, receipt.declines) };
  const checks = [
    checkOrder(facts),
    ...checkInput(facts),
    checkModel(facts),
    checkSnapshot(facts),
    checkCommittee(facts),
    checkSignatures(facts),
    checkLock(facts),
    checkWeight(facts),
    checkCertificate(facts),
    checkResult(facts),
    ...(receipt.settlement === undefined ? [] : checkSettlement(facts, receipt.settlement)),
  ];
  const ok = checks.every((check) => check.ok);
  const confidence = ok ? confidenceBps(receipt.certificate, facts.seats) : 0;
  return { taskId, checks, ok, confidenceBps: confidence, notChecked: notCheckedOf(facts) };
};
