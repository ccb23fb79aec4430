import {
  abiEncodeLeaf,
  buildBatch,
  chargedSeatsOf,
  chargeOf,
  checkTask,
  leafHashOf,
  nobleSecp256k1,
  snapshotRowsBytes,
  UNIT_WEI,
} from '../../src/index.ts';
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

/** Leaves that rounds 1 and 2 decided, with substitutes, and what the requester pays for them. */
export const laterRoundVectors = (): Json =>
  toJson({
    domain: DOMAIN,
    snapshot: {
      operators: MANY_OPERATORS.rows.map(({ operator }) => operator),
      bytes: snapshotRowsBytes(MANY_OPERATORS),
    },
    leaves: [1, 2].map(leafVector),
    charges: COUNTS.map(chargeVector),
  });
