import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { ProtocolError } from '../errors.ts';
import type { Brand } from './brand.ts';

export type Hex = `0x${string}`;

/** 32 bytes as lower-case hex: a hash, a digest, a salt. Usable as a map key and in ABI encoding as it is. */
export type Bytes32 = Brand<Hex, 'Bytes32'>;
/** 20 bytes as lower-case hex (no EIP-55 checksum: two spellings of one address would be two map keys). */
export type Address = Brand<Hex, 'Address'>;
/** EIP-712 digest of a TaskOrder: unique over chains and deployments. */
export type TaskId = Brand<Bytes32, 'TaskId'>;
/** keccak256 of a model's record in the ModelRegistry. */
export type ModelId = Brand<Bytes32, 'ModelId'>;
/** Hash of an L2 block. */
export type BlockHash = Brand<Bytes32, 'BlockHash'>;

const fixedHex = (text: string, sizeBytes: number): Hex => {
  const lower = text.toLowerCase();
  if (!/^0x[0-9a-f]*$/.test(lower) || lower.length !== 2 + 2 * sizeBytes) {
    throw new ProtocolError(
      'BAD_HEX',
      `expected ${sizeBytes} bytes as 0x-prefixed hex, got ${JSON.stringify(text.slice(0, 80))}`,
    );
  }
  return lower as Hex;
};

export const Bytes32 = (text: string): Bytes32 => fixedHex(text, 32) as Bytes32;
export const Address = (text: string): Address => fixedHex(text, 20) as Address;
export const TaskId = (text: string): TaskId => fixedHex(text, 32) as TaskId;
export const ModelId = (text: string): ModelId => fixedHex(text, 32) as ModelId;
export const BlockHash = (text: string): BlockHash => fixedHex(text, 32) as BlockHash;

export const ZERO_BYTES32: Bytes32 = Bytes32(`0x${'00'.repeat(32)}`);

export const toHex = (bytes: Uint8Array): Hex => `0x${bytesToHex(bytes)}`;
/** Throws BAD_HEX on odd length or a character that is not hex. */
export const fromHex = (hex: Hex): Uint8Array => {
  try {
    return hexToBytes(hex.slice(2));
  } catch (cause) {
    throw new ProtocolError('BAD_HEX', `not hex: ${hex.slice(0, 80)}`, { cause });
  }
};
