import {
  assembleCertificate,
  type BatchLeaf,
  type Delta,
  type Domain,
  decodeDeltas,
  decodeNullifiers,
  digestOf,
  encodeDeltas,
  encodeNullifiers,
  keccak256,
  type Ledger,
  type LedgerRow,
  leafHashOf,
  ledgerRootOf,
  merkleRoot,
  type Nullifier,
  nobleSecp256k1,
  RESULT_STATEMENT,
} from '@mlb/protocol';
import { type ClaimedBatch, secretOf, sessionName } from './network.ts';

export interface Forgery {
  readonly leaves?: (leaves: readonly BatchLeaf[]) => readonly BatchLeaf[];
  readonly rows?: (rows: readonly LedgerRow[]) => readonly LedgerRow[];
  readonly deltas?: (deltas: readonly Delta[]) => readonly Delta[];
  readonly nullifiers?: (nullifiers: readonly Nullifier[]) => readonly Nullifier[];
  readonly header?: Partial<ClaimedBatch['header']>;
}

/** A batch with these changes, whose header commits to all of them as a colluding majority would sign it. */
export const forge = (batch: ClaimedBatch, forgery: Forgery): ClaimedBatch => {
  const leaves = forgery.leaves?.(batch.leaves) ?? batch.leaves;
  const ledger: Pick<Ledger, 'rows'> = { rows: forgery.rows?.(batch.ledger.rows) ?? batch.ledger.rows };
  const deltas = forgery.deltas === undefined ? batch.deltas : encodeDeltas(forgery.deltas(decodeDeltas(batch.deltas)));
  const nullifiers =
    forgery.nullifiers === undefined
      ? batch.nullifiers
      : encodeNullifiers(forgery.nullifiers(decodeNullifiers(batch.nullifiers)));
  const header = {
    ...batch.header,
    leafCount: leaves.length,
    leavesRoot: merkleRoot(leaves.map(leafHashOf)),
    ledgerRoot: ledgerRootOf(ledger),
    deltasHash: keccak256(deltas),
    nullifiersHash: keccak256(nullifiers),
    ...forgery.header,
  };
  return { header, leaves, ledger, deltas, nullifiers };
};

/** `list` with item `index` changed. */
export const change = <T>(list: readonly T[], index: number, by: (item: T) => T): readonly T[] =>
  list.map((item, i) => (i === index ? by(item) : item));

/** The leaf with another statement or committee, signed by that committee's operators, whoever was drawn. */
export const restate = (
  domain: Domain,
  leaf: BatchLeaf,
  by: Partial<BatchLeaf['certificate']['statement']>,
  committee: readonly number[] = leaf.committee,
): BatchLeaf => {
  const statement = { ...leaf.certificate.statement, ...by };
  const digest = digestOf(domain, RESULT_STATEMENT, statement);
  const signatures = leaf.certificate.signatures.map(({ seat }) => ({
    seat,
    signature: nobleSecp256k1.sign(digest, secretOf(sessionName(committee[seat] ?? 0))),
  }));
  return { ...leaf, committee, certificate: assembleCertificate({ ...leaf.certificate, statement, signatures }) };
};
