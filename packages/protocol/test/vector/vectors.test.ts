import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  BATCH_HEADER,
  COMMIT,
  DECLINE,
  DISSENT,
  digestOf,
  hashRecord,
  LOCK_VOTE,
  RESULT_STATEMENT,
  REVEAL,
  type RecordSchema,
  ROUND_FAIL,
  TASK_ORDER,
  VERDICT,
} from '../../src/index.ts';
import { DOMAIN } from '../fixture/network.ts';
import { batchVectors } from './batch.ts';
import { formatVectors } from './json.ts';
import { laterRoundVectors } from './later-rounds.ts';
import { messageVectors } from './messages.ts';

const committed = (name: string): string => readFileSync(new URL(`../../vectors/${name}`, import.meta.url), 'utf8');

test('the committed message vectors are what the code computes', () => {
  assert.equal(formatVectors(messageVectors()), committed('messages.json'));
});

test('the committed batch vectors are what the code computes', () => {
  assert.equal(formatVectors(batchVectors()), committed('batch.json'));
});

test('the committed vectors of later rounds are what the code computes', () => {
  assert.equal(formatVectors(laterRoundVectors()), committed('later-rounds.json'));
});

const SCHEMAS = [
  TASK_ORDER,
  COMMIT,
  LOCK_VOTE,
  REVEAL,
  RESULT_STATEMENT,
  BATCH_HEADER,
  DISSENT,
  ROUND_FAIL,
  DECLINE,
  VERDICT,
] as unknown as readonly RecordSchema<Record<string, unknown>>[];

/** A record of the schema in which every field of one type has one value: as alike as two kinds can get. */
const filled = (schema: RecordSchema<Record<string, unknown>>, byte: number): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(schema.fields).map(([name, type]) => {
      if (type === 'address') return [name, `0x${byte.toString(16).padStart(2, '0').repeat(20)}`];
      if (type === 'bytes32') return [name, `0x${byte.toString(16).padStart(2, '0').repeat(32)}`];
      return [name, ['uint8', 'uint16', 'uint32'].includes(type) ? byte : BigInt(byte)];
    }),
  );

test('every pair of message kinds has different digests, whatever the values', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 255 }), (byte) => {
      const digests = SCHEMAS.map((schema) => digestOf(DOMAIN, schema, filled(schema, byte)));
      assert.equal(new Set(digests).size, SCHEMAS.length);
    }),
    { numRuns: 30 },
  );
});

test('a digest depends on every field of its message', () => {
  for (const schema of SCHEMAS) {
    const value = filled(schema, 1);
    const other = filled(schema, 2);
    for (const name of Object.keys(schema.fields)) {
      const changed = { ...value, [name]: other[name] };
      assert.notEqual(hashRecord(schema, changed), hashRecord(schema, value), `${schema.name}.${name}`);
    }
  }
});
