import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keccak256, tag } from '@mlb/protocol';
import { fakeSecp256k1 } from '@mlb/simulator';

const KEY = new Uint8Array(32).fill(7);
const digest = keccak256(tag('a digest'));

test('a fake signature names its signer, for its digest only', () => {
  const signature = fakeSecp256k1.sign(digest, KEY);
  assert.equal(signature.length, 64);
  assert.equal(fakeSecp256k1.recover(digest, signature), fakeSecp256k1.addressOf(KEY));
  assert.equal(fakeSecp256k1.recover(keccak256(tag('another')), signature), undefined);
});

test('any changed byte of a fake signature recovers to nobody', () => {
  const signature = fakeSecp256k1.sign(digest, KEY);
  for (const at of signature.keys()) {
    const forged = signature.with(at, (signature[at] ?? 0) ^ 1);
    assert.equal(fakeSecp256k1.recover(digest, forged), undefined, `byte ${at}`);
  }
  assert.equal(fakeSecp256k1.recover(digest, signature.subarray(1)), undefined);
});
