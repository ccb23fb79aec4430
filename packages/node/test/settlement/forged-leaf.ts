import { type Batch, encodeLeaves, leafHashOf, merkleRoot, sha256 } from '@mlb/protocol';

/** The batch with a foreign signature under the certificate of its first leaf; everything else fits. */
export const forgedBatch = (batch: Batch): Batch => {
  const leaves = batch.leaves.map((leaf, i) => {
    if (i > 0) return leaf;
    const signatures = leaf.certificate.signatures.map((one, seat) =>
      seat > 0 ? one : { ...one, signature: leaf.order.signature },
    );
    return { ...leaf, certificate: { ...leaf.certificate, signatures } };
  });
  const data = encodeLeaves(leaves);
  const header = { ...batch.header, leavesRoot: merkleRoot(leaves.map(leafHashOf)), dataCidDigest: sha256(data) };
  return { ...batch, leaves, data, header };
};
