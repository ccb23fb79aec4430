import { decode as decodeCbor, encode as encodeCbor } from '@ipld/dag-cbor';
import * as AbiParameters from 'ox/AbiParameters';
import * as TypedData from 'ox/TypedData';
import { ProtocolError } from '../errors.ts';
import { keccak256, tag } from '../primitives/hash.ts';
import { Address, Bytes32, fromHex, type Hex, toHex } from '../primitives/hex.ts';

/** The Solidity type of a field, by its TypeScript type: small integers are numbers, uint64 and wider are bigints. */
export type FieldType<T> = T extends Address
  ? 'address'
  : T extends Bytes32
    ? 'bytes32'
    : T extends Uint8Array
      ? 'bytes'
      : T extends bigint
        ? 'uint64' | 'uint128' | 'uint256'
        : T extends number
          ? 'uint8' | 'uint16' | 'uint32'
          : never;

/**
 * One declaration of a message gives its EIP-712 struct, its positional dag-cbor array and its bounds. The order of
 * `fields` is the order on the wire and in the type hash.
 */
export interface RecordSchema<T> {
  readonly name: string;
  readonly fields: { readonly [K in keyof T]-?: FieldType<T[K]> };
}

/** Anything dag-cbor can carry in our messages. */
export type Wire = number | bigint | Uint8Array | readonly Wire[];

const widthBits = (type: string): number => Number(type.slice(4));
const bad = (what: string): ProtocolError => new ProtocolError('BAD_ENCODING', what);

const uintToBytes = (value: bigint): Uint8Array => {
  if (value === 0n) return new Uint8Array(0);
  const hex = value.toString(16);
  return fromHex(`0x${hex.length % 2 === 0 ? hex : `0${hex}`}`);
};

const toWire = (type: string, value: unknown): Wire => {
  if (type === 'address' || type === 'bytes32') return fromHex(value as Hex);
  if (type === 'bytes') return value as Uint8Array;
  // dag-cbor integers end at 64 bits: wider ones travel as minimal big-endian bytes.
  if (widthBits(type) > 64) return uintToBytes(value as bigint);
  return value as number | bigint;
};

const fromWire = (name: string, type: string, wire: unknown): unknown => {
  if (type === 'address' || type === 'bytes32') {
    if (!(wire instanceof Uint8Array)) throw bad(`${name}: expected bytes`);
    return type === 'address' ? Address(toHex(wire)) : Bytes32(toHex(wire));
  }
  if (type === 'bytes') {
    if (!(wire instanceof Uint8Array)) throw bad(`${name}: expected bytes`);
    return wire;
  }
  const bits = widthBits(type);
  if (bits > 64) {
    if (!(wire instanceof Uint8Array) || wire.length * 8 > bits) throw bad(`${name}: expected at most ${bits} bits`);
    return wire.length === 0 ? 0n : BigInt(toHex(wire));
  }
  if (typeof wire !== 'bigint' && !(typeof wire === 'number' && Number.isSafeInteger(wire)))
    throw bad(`${name}: expected an integer`);
  const value = BigInt(wire);
  if (value < 0n || value >> BigInt(bits) !== 0n) throw bad(`${name}: ${value} is no ${type}`);
  return bits > 32 ? value : Number(value);
};

const fieldsOf = <T>(schema: RecordSchema<T>): [keyof T & string, string][] =>
  Object.entries(schema.fields) as [keyof T & string, string][];

/** A record as a positional array, to be nested in a message. */
export const recordToWire = <T>(schema: RecordSchema<T>, value: T): Wire[] =>
  fieldsOf(schema).map(([name, type]) => toWire(type, value[name]));

/** Throws BAD_ENCODING unless `wire` is an array with exactly the schema's fields in range. */
export const recordFromWire = <T>(schema: RecordSchema<T>, wire: unknown): T => {
  const fields = fieldsOf(schema);
  if (!Array.isArray(wire) || wire.length !== fields.length)
    throw bad(`${schema.name}: expected ${fields.length} fields`);
  return Object.fromEntries(
    fields.map(([name, type], i) => [name, fromWire(`${schema.name}.${name}`, type, wire[i])]),
  ) as T;
};

export const encodeWire = (wire: Wire): Uint8Array => encodeCbor(wire);

const equalBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, i) => byte === b[i]);

/**
 * Decodes bytes of at most `maxBytes`. Whatever does not encode to the same bytes again is refused: one value has one
 * encoding, so one message has one gossip id. Throws TOO_LARGE or BAD_ENCODING.
 */
export const decodeWire = (bytes: Uint8Array, maxBytes: number): unknown => {
  if (bytes.length > maxBytes)
    throw new ProtocolError('TOO_LARGE', `${bytes.length} bytes, at most ${maxBytes} are allowed`);
  let value: unknown;
  let again: Uint8Array;
  try {
    value = decodeCbor(bytes);
    again = encodeCbor(value);
  } catch (cause) {
    throw new ProtocolError('BAD_ENCODING', 'not dag-cbor', { cause });
  }
  if (!equalBytes(again, bytes)) throw bad('not canonical: encodes to other bytes');
  return value;
};

/** hashStructs by schema and record: records are immutable, and rules look at the same ones again and again. */
const hashed = new WeakMap<object, WeakMap<object, Bytes32>>();

/** EIP-712 hashStruct. */
export const hashRecord = <T>(schema: RecordSchema<T>, value: T): Bytes32 => {
  const record = value as object;
  const byRecord = hashed.get(schema) ?? new WeakMap<object, Bytes32>();
  hashed.set(schema, byRecord);
  const hash = byRecord.get(record) ?? structHashOf(schema, value);
  byRecord.set(record, hash);
  return hash;
};

/** What of a struct's hash is the same for all records of a schema. */
interface StructCoding {
  readonly typeHash: Hex;
  /** The type hash, then the fields: all of one word, `bytes` by their hash. */
  readonly words: AbiParameters.AbiParameters;
}

const codings = new WeakMap<object, StructCoding>();

const codingOf = <T>(schema: RecordSchema<T>): StructCoding => {
  const known = codings.get(schema);
  if (known !== undefined) return known;
  const fields = fieldsOf(schema);
  const types = { [schema.name]: fields.map(([name, type]) => ({ name, type })) } as unknown as TypedData.TypedData;
  const words = ['bytes32', ...fields.map(([, type]) => (type === 'bytes' ? 'bytes32' : type))];
  const coding: StructCoding = {
    typeHash: keccak256(tag(TypedData.encodeType({ types, primaryType: schema.name }))),
    words: AbiParameters.from(words) as unknown as AbiParameters.AbiParameters,
  };
  codings.set(schema, coding);
  return coding;
};

const structHashOf = <T>(schema: RecordSchema<T>, value: T): Bytes32 => {
  const { typeHash, words } = codingOf(schema);
  const values = fieldsOf(schema).map(([name, type]) => {
    const field = value[name];
    return type === 'bytes' ? keccak256(field as Uint8Array) : field;
  });
  return keccak256(AbiParameters.encode(words, [typeHash, ...values] as never, { checksumAddress: false }));
};
