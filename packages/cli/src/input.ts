import type { InputValue } from '@mlb/node/client';
import { CliError } from './failure.ts';
import { readNamedFile } from './read-file.ts';

const badInput = (name: string, why: string, cause?: unknown): CliError =>
  new CliError(
    'BAD_INPUT',
    `input "${name}": ${why}`,
    '--input NAME=@FILE.json, NAME=@RAW_BYTES, NAME=JSON or NAME=-',
    {
      cause,
    },
  );

interface KserveTensor {
  readonly datatype?: string;
  readonly shape?: readonly number[];
  readonly data: unknown;
}

const isKserve = (value: unknown): value is KserveTensor =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && 'data' in value;

const fromJson = (name: string, text: string): InputValue => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw badInput(name, 'it is no JSON', cause);
  }
  if (!isKserve(value)) return { name, data: value };
  const { datatype, shape, data } = value;
  return { name, data, ...(datatype === undefined ? {} : { datatype }), ...(shape === undefined ? {} : { shape }) };
};

const looksLikeJson = (bytes: Uint8Array): boolean => {
  const first = bytes.find((byte) => byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09);
  return first === 0x5b || first === 0x7b;
};

const fromBytes = (name: string, bytes: Uint8Array, isJson: boolean): InputValue =>
  isJson
    ? fromJson(name, Buffer.from(bytes).toString('utf8'))
    : { name, base64: Buffer.from(bytes).toString('base64') };

/**
 * One --input: `k=@file.json` (nested arrays, or a KServe v2 tensor), `k=@file` (raw little-endian bytes in the model's
 * shape), `k=JSON`, and `k=-` or `k=@-` for stdin (JSON when it starts with [ or {). Types and shapes are the daemon's to check.
 */
const parseInput = async (text: string): Promise<InputValue> => {
  const split = text.indexOf('=');
  if (split < 1) throw badInput(text, 'it has no "="');
  const name = text.slice(0, split);
  const value = text.slice(split + 1);
  if (value === '-' || value === '@-') {
    const bytes = await readNamedFile('-');
    return fromBytes(name, bytes, looksLikeJson(bytes));
  }
  if (value.startsWith('@')) {
    const path = value.slice(1);
    return fromBytes(name, await readNamedFile(path), path.endsWith('.json'));
  }
  return fromJson(name, value);
};

/** All of a command's, in order; only one may be stdin. */
export const parseInputs = async (texts: readonly string[]): Promise<readonly InputValue[]> => {
  if (texts.length === 0)
    throw new CliError('USAGE', 'a task needs at least one input', 'mlb model show MODEL lists the inputs of a model');
  const inputs: InputValue[] = [];
  for (const text of texts) inputs.push(await parseInput(text));
  return inputs;
};
