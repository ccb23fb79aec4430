import {
  abiEncodeLeaf,
  abiEncodeSlashRow,
  buildBatch,
  chargedSeatsOf,
  chargeOf,
  checkTask,
  leafHashOf,
  nobleSecp256k1,
  reputationBpsOf,
  reputationProofOf,
  reputationRowHash,
  reputationRowWord,
  slashProofOf,
  slashRowBps,
  slashRowHash,
  snapshotRowsBytes,
  UNIT_WEI,
} from '../../src/index.ts';
import { newChain, settleNext } from '../fixture/fold.ts';
import { blockHashOf, DOMAIN } from '../fixture/network.ts';
import { ANCHOR, largeViewOf, MANY_OPERATORS, ROUND_BLOCKS, SEED_LAG, settle } from '../fixture/settlement.ts';
import { type Json, toJson } from './json.ts';

const TERMS = { computeUnits: 2_000_000, tipPerSeat: 3n * UNIT_WEI + 5n };
const PRICE = { modelPriceWei: 7n * UNIT_WEI, baseFee: 5n * UNIT_WEI };

/** Counts of a certificate: in a later round more sign than the requester pays for. */
const COUNTS = [
  { redundancy: 4, locked: 4, paid: 3 },
  { redundancy: 4, locked: 12, paid: 10 },
  { redundancy: 3, locked: 24, paid: 18 },
  { redundancy: 15, locked: 44, paid: 31 },
  { redundancy: 7, locked: 6, paid: 6 },
];

const chargeVector = ({ redundancy, locked, paid }: (typeof COUNTS)[number]): Json => {
  const lockedCount = chargedSeatsOf({ lockedCount: locked, redundancy });
  const charge = chargeOf({ order: TERMS, ...PRICE, lockedCount, paidCount: paid });
  return toJson({ ...TERMS, ...PRICE, redundancy, locked, lockedCount, paid, charge });
};

const leafVector = (round: number): Json => {
  const findings = new Map([[0, { finding: 'gross', isOverturnedSigner: true }]] as const);
  const secp256k1 = nobleSecp256k1;
  const task = settle({ secp256k1, snapshot: MANY_OPERATORS, round, declined: [1, 3], findings });
  const view = largeViewOf();
  const checked = checkTask({ view, secp256k1 }, task);
  const leaf = buildBatch({ view, secp256k1, slot: 7n, tasks: [task] }).batch?.leaves[0];
  if (typeof checked === 'string' || leaf === undefined) throw new Error('the vector task does not settle');
  const seedBlocks = Array.from({ length: round + 1 }, (_, r) => ANCHOR + BigInt(SEED_LAG + r * ROUND_BLOCKS));
  return toJson({
    round,
    taskId: checked.taskId,
    redundancy: task.order.body.redundancy,
    declined: task.declines,
    seedBlockHashes: seedBlocks.map(blockHashOf),
    committee: leaf.committee,
    ledgerRows: leaf.ledgerRows,
    charge: checked.charge,
    abi: abiEncodeLeaf(leaf),
    hash: leafHashOf(leaf),
  });
};

/** A batch with two rows: an overturned signer that then kept silent, and one that kept its reveal back. */
const foldVector = (): Json => {
  const chosen = [
    { nonce: 1n, faulty: 0, finding: 'silent' },
    { nonce: 2n, faulty: 2, finding: 'withheld' },
  ] as const;
  const tasks = chosen.map(({ nonce, faulty, finding }) => {
    const signers = Array.from({ length: 13 }, (_, seat) => seat).filter((seat) => seat !== faulty);
    const findings = new Map([[faulty, { finding, isOverturnedSigner: true }]] as const);
    const locked = finding === 'silent' ? { locked: signers } : {};
    return settle({ snapshot: MANY_OPERATORS, round: 1, order: { nonce }, signers, ...locked, findings });
  });
  const { batches, fold } = settleNext(newChain(), { slot: 3n, tasks });
  const header = batches[0]?.header;
  if (header === undefined || fold.slashes.length < 2) throw new Error('the vector batch has no two rows');
  return toJson({
    slashesRoot: header.slashesRoot,
    slashes: fold.slashes.map((row) => ({
      row,
      abi: abiEncodeSlashRow(row),
      leaf: slashRowHash(row),
      proof: slashProofOf(fold.slashes, row),
      bpsOfFirst: slashRowBps(row, 0),
      bpsOfThird: slashRowBps(row, 2),
    })),
    reputationRoot: header.reputationRoot,
    reputation: fold.reputation.map(({ operatorIndex }) => {
      const { row, ...proof } = reputationProofOf(fold.reputation, operatorIndex);
      return { row, word: reputationRowWord(row), leaf: reputationRowHash(row), bps: reputationBpsOf(row), ...proof };
    }),
  });
};

/** Leaves that rounds 1 and 2 decided, with substitutes, what the requester pays for them, and what they cost the faulty. */
export const laterRoundVectors = (): Json =>
  toJson({
    domain: DOMAIN,
    snapshot: {
      operators: MANY_OPERATORS.rows.map(({ operator }) => operator),
      bytes: snapshotRowsBytes(MANY_OPERATORS),
    },
    leaves: [1, 2].map(leafVector),
    charges: COUNTS.map(chargeVector),
    fold: foldVector(),
  });
