import { headerDigestOf } from '../batch/assemble.ts';
import { leafHashOf } from '../batch/leaf-hash.ts';
import { merkleDepth, merkleRootOfProof } from '../batch/merkle.ts';
import { confidenceBps, verifyCertificate } from '../certificate/verify.ts';
import { type CommitteeSeat, drawCommittee } from '../committee/draw.ts';
import { seedOf } from '../committee/seed.ts';
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
  /** Redrawn from the snapshot and the seed; empty when the snapshot is too small. */
  readonly seats: readonly CommitteeSeat[];
}

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
const checkSnapshot = ({ receipt: { order, snapshot, certificate, seedBlock } }: Facts): ReceiptCheck => {
  const isAscending = snapshot.rows.every(
    (row, i) => i === 0 || row.operatorIndex > (snapshot.rows[i - 1]?.operatorIndex ?? 0),
  );
  const isOfOrder = snapshot.sealedAtBlock <= order.body.anchorBlock && seedBlock.number > order.body.anchorBlock;
  return {
    name: 'registry snapshot',
    ok: isAscending && isOfOrder && snapshot.epoch === certificate.statement.epoch,
    detail: `epoch ${snapshot.epoch}, ${snapshot.rows.length} operators, rows hash ${snapshotRowsHash(snapshot)}`,
  };
};

const checkCommittee = ({ receipt: { certificate, order }, seats, taskId }: Facts): ReceiptCheck => {
  const { statement } = certificate;
  const isOfTask = statement.taskId === taskId && statement.round === 0 && statement.seatCount === seats.length;
  return {
    name: 'committee',
    ok: seats.length > 0 && isOfTask,
    detail:
      seats.length === 0
        ? `the snapshot has no ${order.body.redundancy} operators to draw`
        : `seats drawn again: ${seats.map(({ operator }) => operator).join(', ')}`,
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
  const { receipt, domain, secp256k1, seats, taskId } = facts;
  const verified = verifyCertificate({ domain, secp256k1, seats, certificate: leaf.certificate });
  const isSameResult = leaf.certificate.statement.resultDigest === receipt.certificate.statement.resultDigest;
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
  `that block ${receipt.seedBlock.number} has hash ${receipt.seedBlock.hash}, is the order's seed block, and that the anchor is on the chain`,
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
  const { body } = receipt.order;
  const taskId = taskIdOf(domain, body);
  const seed = seedOf({ domain, taskId, round: 0, blockHash: receipt.seedBlock.hash });
  const exclude = [body.requester, receipt.model.provider];
  const { snapshot } = receipt;
  const seats = drawCommittee({ seed, snapshot, redundancy: body.redundancy, exclude }) ?? [];
  const facts: Facts = { receipt, domain, secp256k1, taskId, seats };
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
  const confidence = ok ? confidenceBps(receipt.certificate, seats) : 0;
  return { taskId, checks, ok, confidenceBps: confidence, notChecked: notCheckedOf(facts) };
};
