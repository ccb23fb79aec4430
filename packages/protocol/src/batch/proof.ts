import { type Bytes32, type Hex, toHex, ZERO_BYTES32 } from '../primitives/hex.ts';
import type { Fraud } from './audit.ts';
import type { BatchLeaf } from './leaf.ts';
import { type AbiLeaf, leafHashOf, leafToAbi } from './leaf-hash.ts';
import { type LedgerRow, ledgerRowHash, ledgerRowWord } from './ledger.ts';
import { createMerkleTree } from './merkle.ts';

/** `IFraudProofs.LeafOpening`. */
export interface LeafOpening {
  readonly leaf: AbiLeaf;
  readonly index: number;
  readonly proof: readonly Bytes32[];
}

/** `IFraudProofs.LedgerOpening`: opens `header.ledgerRoot`. */
export interface LedgerOpening {
  readonly rowCount: number;
  readonly root: Bytes32;
}

/** `IFraudProofs.RowOpening`. */
export interface RowOpening {
  readonly row: Hex;
  readonly index: number;
  readonly proof: readonly Bytes32[];
}

/** What a proof about a batch shows of it. */
export interface BatchOpenings {
  readonly ledger: LedgerOpening;
  readonly leaf: (index: number) => LeafOpening;
  readonly row: (index: number) => RowOpening;
}

/** Stands where the contract reads no row. */
export const NO_ROW: RowOpening = { row: ZERO_BYTES32, index: 0, proof: [] };

/** Opens the leaves and ledger rows of one batch as its header commits to them. Throws RangeError for what it has not. */
export const openBatch = ({
  leaves,
  rows,
}: {
  readonly leaves: readonly BatchLeaf[];
  readonly rows: readonly LedgerRow[];
}): BatchOpenings => {
  const leafTree = createMerkleTree(leaves.map(leafHashOf));
  const rowTree = createMerkleTree(rows.map(ledgerRowHash));
  const at = <T>(list: readonly T[], index: number): T => {
    const item = list[index];
    if (item === undefined) throw new RangeError(`the batch has ${list.length} of these, not ${index}`);
    return item;
  };
  return {
    ledger: { rowCount: rows.length, root: rowTree.root },
    leaf: (index) => ({ leaf: leafToAbi(at(leaves, index)), index, proof: leafTree.proof(index) }),
    row: (index) => ({ row: toHex(ledgerRowWord(at(rows, index))), index, proof: rowTree.proof(index) }),
  };
};

/** One transaction that proves a fraud: a function of LedgerProofs or LeafProofs, and its arguments after the batch. */
export interface FraudCall {
  readonly contract: 'ledgerProofs' | 'leafProofs';
  readonly functionName: string;
  readonly args: readonly unknown[];
}

const ledgerCall = (functionName: string, ...args: readonly unknown[]): FraudCall => ({
  contract: 'ledgerProofs',
  functionName,
  args,
});

/** The call that convicts; its first argument, the posted batch, is the caller's to put in front. */
export const fraudCallOf = (fraud: Fraud, openings: BatchOpenings, nullifiers: Uint8Array): FraudCall => {
  const { ledger, leaf } = openings;
  const row = (index: number | undefined): RowOpening => (index === undefined ? NO_ROW : openings.row(index));
  switch (fraud.type) {
    case 'entry-mismatch':
      return ledgerCall('proveEntryMismatch', ledger, leaf(fraud.leaf), fraud.slot, row(fraud.row));
    case 'orphan-row':
      // Where the row names no leaf the contract reads none: any stands in.
      return ledgerCall('proveOrphanRow', ledger, row(fraud.row), leaf(fraud.leaf ?? 0));
    case 'bad-order':
      return ledgerCall('proveBadOrder', ledger, row(fraud.first), row(fraud.second));
    case 'wrong-delta':
      return ledgerCall('proveWrongDelta', ledger, row(fraud.last), row(fraud.next));
    case 'phantom-delta':
      return ledgerCall('provePhantomDelta', ledger, fraud.key, row(fraud.before), row(fraud.next));
    case 'nonce-not-spent':
      return ledgerCall('proveNonceNotSpent', toHex(nullifiers), leaf(fraud.leaf));
    case 'nonce-twice':
      return ledgerCall('proveNonceTwice', leaf(fraud.first), leaf(fraud.second));
    case 'invalid-leaf':
      return { contract: 'leafProofs', functionName: 'proveInvalidLeaf', args: [leaf(fraud.leaf)] };
  }
};

/**
 * The cheaper call about an invalid leaf where LeafProofs has been asked (leafFaultOf) which rule it breaks; `place` is which
 * signature or decline it is.
 */
export const leafFaultCallOf = (
  opening: LeafOpening,
  { fault, place }: { readonly fault: number; readonly place: bigint },
): FraudCall => ({ contract: 'leafProofs', functionName: 'proveLeafFault', args: [opening, fault, place] });
