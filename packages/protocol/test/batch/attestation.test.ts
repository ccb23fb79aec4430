import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeBatchCertificate, isAttestationQuorum, ROLE_MODEL, toHex } from '../../src/index.ts';
import { rowOf, snapshotOf } from '../fixture/network.ts';

const signature = (fill: number): Uint8Array => new Uint8Array(64).fill(fill);

test('a quorum is 70 % of all attester weight, by at least three signers that weigh something', () => {
  const ten = snapshotOf(Array.from({ length: 10 }, (_, i) => rowOf(i)));
  assert.equal(isAttestationQuorum(ten, [0, 1, 2, 3, 4, 5]), false);
  assert.equal(isAttestationQuorum(ten, [0, 1, 2, 3, 4, 5, 6]), true);
  assert.equal(isAttestationQuorum(ten, [0, 0, 1, 2, 3, 4, 5]), false);
  const whale = snapshotOf([
    rowOf(0, { stakeMlb: 200_000, reputationBps: 10_000 }),
    rowOf(1),
    rowOf(2, { roles: ROLE_MODEL }),
  ]);
  assert.equal(isAttestationQuorum(whale, [0, 1, 2]), false);
});

test('a certificate is the bitmap of its rows in 32-byte words and their signatures, ascending', () => {
  const snapshot = snapshotOf(Array.from({ length: 257 }, (_, i) => rowOf(i)));
  const bytes = encodeBatchCertificate(snapshot, [
    { row: 256, signature: signature(3) },
    { row: 9, signature: signature(2) },
    { row: 0, signature: signature(1) },
    { row: 9, signature: signature(9) },
  ]);
  const word = (hex: string): string => hex.padStart(64, '0');
  const expected = [word('201'), word('1'), '01'.repeat(64), '02'.repeat(64), '03'.repeat(64)].join('');
  assert.equal(toHex(bytes), `0x${expected}`);
});
