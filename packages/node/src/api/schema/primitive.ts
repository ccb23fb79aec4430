import { z } from 'zod';

/** A decimal amount in wei. */
export const Wei: z.ZodType<string> = z
  .string()
  .regex(/^(0|[1-9][0-9]{0,77})$/, 'expected a decimal amount in wei')
  .describe('decimal amount in wei');

export const Bytes32Text: z.ZodType<string> = z
  .string()
  .regex(/^0x[0-9a-f]{64}$/i, 'expected 32 bytes as 0x-prefixed hex')
  .describe('32 bytes, 0x-prefixed hex');

export const AddressText: z.ZodType<string> = z
  .string()
  .regex(/^0x[0-9a-f]{40}$/i, 'expected a 20-byte address as 0x-prefixed hex')
  .describe('20-byte address, 0x-prefixed hex');

/** An account's name: also a file name, so nothing but these characters. */
export const AccountName: z.ZodType<string> = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,31}$/, 'expected 1 to 32 of a-z 0-9 _ -, the first no dash');

/** Unix time in milliseconds. */
export const UnixMs: z.ZodType<number> = z.number().int().nonnegative().describe('unix time in milliseconds');

export const ModelParamSchema: z.ZodType<{ readonly model: string }> = z.object({ model: z.string().min(1).max(128) });
