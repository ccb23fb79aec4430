import { type AbiLeaf, type BatchLeaf, fromHex, type Hex, type SeatSignature } from '@mlb/protocol';
import { concat } from 'viem';

interface AbiSignature {
  readonly seat: number;
  readonly r: Hex;
  readonly yParityAndS: Hex;
}

/** `IBatchLeaf.BatchLeaf` as viem decodes it: hex in mixed case. */
interface ShownLeaf extends Pick<BatchLeaf, 'committee' | 'ledgerRows'> {
  readonly order: BatchLeaf['order']['body'];
  readonly orderR: Hex;
  readonly orderYParityAndS: Hex;
  readonly statement: BatchLeaf['certificate']['statement'];
  readonly signatures: readonly AbiSignature[];
  readonly locked: BatchLeaf['certificate']['locked'];
  readonly declines: readonly AbiSignature[];
}

const lowered = <T>(value: T): T => {
  if (typeof value === 'string') return value.toLowerCase() as T;
  if (Array.isArray(value)) return value.map(lowered) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, lowered(field)])) as T;
};

const signatureOf = (r: Hex, yParityAndS: Hex): Uint8Array => fromHex(concat([r, yParityAndS]));

const signaturesOf = (signatures: readonly AbiSignature[]): readonly SeatSignature[] =>
  signatures.map(({ seat, r, yParityAndS }) => ({ seat, signature: signatureOf(r, yParityAndS) }));

/**
 * The leaf that an answer to a data challenge showed: `leafToAbi` backwards. Its audit and verdict are not on chain. The
 * contract has checked that the leaf is in the batch, and the ABI that every field has its width.
 */
export const leafOfAbi = (abiLeaf: AbiLeaf): BatchLeaf => {
  const shown = lowered(abiLeaf) as unknown as ShownLeaf;
  const { order, orderR, orderYParityAndS, statement, signatures, locked, declines, committee, ledgerRows } = shown;
  return {
    order: { body: order, signature: signatureOf(orderR, orderYParityAndS) },
    certificate: { statement, signatures: signaturesOf(signatures), locked },
    declines: signaturesOf(declines),
    audit: undefined,
    verdict: undefined,
    committee,
    ledgerRows,
  };
};
