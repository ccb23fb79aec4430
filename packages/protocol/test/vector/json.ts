import { toHex } from '../../src/index.ts';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** bigint as a decimal string, bytes as hex: what Solidity tests and other languages read without surprises. */
export const toJson = (value: unknown): Json => {
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Uint8Array) return toHex(value);
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, toJson(entry)]));
  }
  return value as Json;
};

export const formatVectors = (vectors: Json): string => `${JSON.stringify(vectors, undefined, 2)}\n`;
