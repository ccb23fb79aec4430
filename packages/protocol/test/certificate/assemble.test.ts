import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  heaviestSigners,
  isSameStatement,
  MAX_CERTIFICATE_SIGNERS,
  mergeCertificates,
  type SeatSignature,
} from '../../src/index.ts';
import { certify, poolOf } from '../task/bench.ts';

const signature = new Uint8Array(64);
const signersUpTo = (count: number): readonly SeatSignature[] =>
  Array.from({ length: count }, (_, seat) => ({ seat, signature }));

test('of more signatures than fit the heaviest seats stay, the lower seat first among equals', () => {
  const pool = poolOf(4, 44);
  const [seat] = pool.operators;
  assert.ok(seat);
  const seats = Array.from({ length: 44 }, (_, i) => ({ ...seat, weight: i >= 40 ? 2n : 1n }));
  const chosen = heaviestSigners(seats, signersUpTo(44)).map((signed) => signed.seat);
  assert.deepEqual(chosen, [40, 41, 42, 43, ...Array.from({ length: MAX_CERTIFICATE_SIGNERS - 4 }, (_, i) => i)]);
  assert.equal(heaviestSigners(seats, signersUpTo(31)).length, 31);
});

test('two certificates of one statement merge to no more signatures than fit', () => {
  const pool = poolOf(6, 44);
  const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
  const first = certify(pool, 2, { signers: range(0, 31) });
  const second = certify(pool, 2, { signers: range(13, 44) });
  assert.equal(mergeCertificates(first, second)?.signatures.length, MAX_CERTIFICATE_SIGNERS);
  const small = certify(poolOf(4), 1, { signers: range(0, 10) });
  const other = certify(poolOf(4), 1, { signers: range(3, 13) });
  assert.deepEqual(
    mergeCertificates(small, other)?.signatures.map(({ seat }) => seat),
    range(0, 13),
  );
});

test('certificates of different statements do not merge', () => {
  const pool = poolOf();
  const [a, b] = [certify(pool, 0), certify(pool, 0, { value: 'another' })];
  assert.ok(!isSameStatement(a.statement, b.statement));
  assert.equal(mergeCertificates(a, b), undefined);
});
