import { ProtocolError } from '../errors.ts';
import { fromHex, type Hex } from '../primitives/hex.ts';
import { type RecordSchema, recordFromWire, recordToWire } from '../wire/record.ts';

/** Plain JSON. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** What went wrong, with the place in the document. */
export const badReceipt = (path: string, why: string, cause?: unknown): ProtocolError =>
  new ProtocolError('BAD_RECEIPT', `${path}: ${why}`, { cause });

/** One value of a parsed document and where it stands, for messages that name the place. */
export interface At {
  readonly value: unknown;
  readonly path: string;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The named fields of an object; unknown and missing names are refused. Names ending in `?` may be missing. */
export const fieldsAt = ({ value, path }: At, names: readonly string[]): Record<string, At> => {
  if (!isObject(value)) throw badReceipt(path, 'expected an object');
  const known = names.map((name) => name.replace('?', ''));
  const stranger = Object.keys(value).find((name) => !known.includes(name));
  if (stranger !== undefined) throw badReceipt(path, `unknown field ${JSON.stringify(stranger.slice(0, 40))}`);
  const missing = names.find((name) => !name.endsWith('?') && !Object.hasOwn(value, name));
  if (missing !== undefined) throw badReceipt(path, `field ${missing} is missing`);
  return Object.fromEntries(known.map((name) => [name, { value: value[name], path: `${path}.${name}` }]));
};

/** Elements of an array of at most `maxLength`. */
export const elementsAt = ({ value, path }: At, maxLength: number): readonly At[] => {
  if (!Array.isArray(value)) throw badReceipt(path, 'expected an array');
  if (value.length > maxLength) throw badReceipt(path, `${value.length} elements, at most ${maxLength} are allowed`);
  return value.map((element, i) => ({ value: element, path: `${path}[${i}]` }));
};

export const textAt = ({ value, path }: At, maxLength: number): string => {
  if (typeof value !== 'string') throw badReceipt(path, 'expected a string');
  if (value.length > maxLength) throw badReceipt(path, `${value.length} characters, at most ${maxLength} are allowed`);
  return value;
};

export const integerAt = ({ value, path }: At, max: number = Number.MAX_SAFE_INTEGER): number => {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0 || value > max) {
    throw badReceipt(path, `expected an integer from 0 to ${max}`);
  }
  return value;
};

/** Integers that may not fit a double are decimal strings. */
export const bigintAt = (at: At): bigint => {
  const text = textAt(at, 78);
  if (!/^(0|[1-9][0-9]*)$/.test(text)) throw badReceipt(at.path, 'expected a decimal integer in quotes');
  return BigInt(text);
};

export const bytesAt = (at: At, maxBytes: number): Uint8Array => {
  const text = textAt(at, 2 + 2 * maxBytes);
  if (!text.startsWith('0x')) throw badReceipt(at.path, 'expected 0x-prefixed hex');
  return namedAt(at, () => fromHex(text as Hex));
};

/** Runs a checking constructor and names the place when it throws. */
export const namedAt = <T>({ path }: At, read: () => T): T => {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof ProtocolError && cause.code !== 'BAD_RECEIPT') throw badReceipt(path, cause.message, cause);
    throw cause;
  }
};

const isSmall = (type: string): boolean => ['uint8', 'uint16', 'uint32'].includes(type);

/** A record by its schema: small integers as numbers, wide ones as decimal strings, ids as hex. */
export const recordToJson = <T>(schema: RecordSchema<T>, value: T): { readonly [key: string]: Json } =>
  Object.fromEntries(
    Object.keys(schema.fields).map((name) => {
      const field: unknown = value[name as keyof T];
      return [name, typeof field === 'bigint' ? field.toString() : (field as Json)];
    }),
  );

export const recordFromJson = <T>(schema: RecordSchema<T>, at: At): T => {
  const types = schema.fields as Record<string, string>;
  const fields = fieldsAt(at, Object.keys(types));
  const value = Object.fromEntries(
    Object.entries(fields).map(([name, field]) => {
      const type = types[name] ?? '';
      if (!type.startsWith('uint')) return [name, textAt(field, 66)];
      return [name, isSmall(type) ? integerAt(field) : bigintAt(field)];
    }),
  ) as T;
  // There and back through the wire: the ranges are checked where they are declared.
  return namedAt(at, () => recordFromWire(schema, recordToWire(schema, value)));
};
