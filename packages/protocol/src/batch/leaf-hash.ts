import * as AbiParameters from 'ox/AbiParameters';
import type { SeatSignature } from '../message/certificate.ts';
import { RESULT_STATEMENT } from '../message/result-statement.ts';
import { TASK_ORDER } from '../message/task-order.ts';
import { keccak256 } from '../primitives/hash.ts';
import { type Bytes32, type Hex, toHex } from '../primitives/hex.ts';
import type { RecordSchema } from '../wire/record.ts';
import type { CommittedLeaf } from './leaf.ts';

const structOf = <T>({ name, fields }: RecordSchema<T>): string =>
  `struct ${name} { ${Object.entries(fields)
    .map(([field, type]) => `${type} ${field};`)
    .join(' ')} }`;

/**
 * `IBatchLeaf.BatchLeaf` of the contracts, field by field: fraud proofs open leaves in Solidity (docs/adr/007). What moves
 * no money, the audit and the verdict, is not in it (docs/adr/008).
 */
const LEAF_PARAMETERS: AbiParameters.AbiParameters = AbiParameters.from([
  structOf(TASK_ORDER),
  structOf(RESULT_STATEMENT),
  'struct SeatSignature { uint16 seat; bytes32 r; bytes32 yParityAndS; }',
  'struct LockedCommit { uint16 seat; bytes32 commitStructHash; }',
  'struct BatchLeaf { TaskOrder order; bytes32 orderR; bytes32 orderYParityAndS; ResultStatement statement; SeatSignature[] signatures; LockedCommit[] locked; SeatSignature[] declines; uint32[] committee; uint32[] ledgerRows; }',
  'BatchLeaf leaf',
] as readonly string[]) as unknown as AbiParameters.AbiParameters;

const halvesOf = (signature: Uint8Array): { readonly r: Hex; readonly yParityAndS: Hex } => ({
  r: toHex(signature.subarray(0, 32)),
  yParityAndS: toHex(signature.subarray(32)),
});

/** A leaf as the contracts take it: the fields of `IBatchLeaf.BatchLeaf`. */
export type AbiLeaf = Readonly<Record<string, unknown>>;

const signaturesToAbi = (signatures: readonly SeatSignature[]): readonly AbiLeaf[] =>
  signatures.map(({ seat, signature }) => ({ seat, ...halvesOf(signature) }));

/** The leaf as an argument of a contract call. */
export const leafToAbi = ({ order, certificate, declines, committee, ledgerRows }: CommittedLeaf): AbiLeaf => {
  const { r, yParityAndS } = halvesOf(order.signature);
  return {
    order: order.body,
    orderR: r,
    orderYParityAndS: yParityAndS,
    statement: certificate.statement,
    signatures: signaturesToAbi(certificate.signatures),
    locked: certificate.locked,
    declines: signaturesToAbi(declines),
    committee,
    ledgerRows,
  };
};

/** abi.encode of one leaf. */
export const abiEncodeLeaf = (leaf: CommittedLeaf): Hex =>
  AbiParameters.encode(LEAF_PARAMETERS, [leafToAbi(leaf)] as never, { checksumAddress: false });

/**
 * keccak256(abi.encode(leaf)): what `header.leavesRoot` is the tree of. A leaf is over 1000 bytes and a node of the tree
 * hashes 64, so neither can pass for the other.
 */
export const leafHashOf = (leaf: CommittedLeaf): Bytes32 => keccak256(abiEncodeLeaf(leaf));
