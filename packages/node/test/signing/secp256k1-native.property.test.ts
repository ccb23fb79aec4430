import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Bytes32, fromHex, joinSignature, nobleSecp256k1, type Secp256k1, splitSignature, toHex } from '@mlb/protocol';
import fc from 'fast-check';
import { loadSecp256k1 } from '../../src/signing/secp256k1-native.ts';

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const { secp256k1: native, implementation } = loadSecp256k1();

const bytes = (sizeBytes: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: sizeBytes, maxLength: sizeBytes }).map((array) => new Uint8Array(array));
const digests = bytes(32).map((digest) => Bytes32(toHex(digest)));
const secretKeys = fc
  .bigInt({ min: 1n, max: ORDER - 1n })
  .map((key) => fromHex(`0x${key.toString(16).padStart(64, '0')}`));

test('the native binary loads where npm ships one', {
  skip: process.platform !== 'linux' || process.arch !== 'x64',
}, () => {
  assert.equal(implementation, 'native');
});

test('native and noble give the same address and signature, and both recover the signer', () => {
  fc.assert(
    fc.property(digests, secretKeys, (digest, secretKey) => {
      const address = native.addressOf(secretKey);
      const signature = native.sign(digest, secretKey);
      assert.equal(nobleSecp256k1.addressOf(secretKey), address);
      assert.deepEqual(nobleSecp256k1.sign(digest, secretKey), signature);
      assert.equal(native.recover(digest, signature), address);
      assert.equal(nobleSecp256k1.recover(digest, signature), address);
    }),
    { numRuns: 60 },
  );
});

test('native and noble judge any 64 bytes alike', () => {
  fc.assert(
    fc.property(digests, bytes(64), (digest, signature) => {
      assert.equal(native.recover(digest, signature), nobleSecp256k1.recover(digest, signature));
    }),
    { numRuns: 200 },
  );
});

const bothRefuse = (refuses: (secp256k1: Secp256k1) => void): void => {
  refuses(native);
  refuses(nobleSecp256k1);
};

test('a high-s twin, a wrong length, and zero signatures are refused', () => {
  const digest = Bytes32(`0x${'ab'.repeat(32)}`);
  const signature = native.sign(digest, new Uint8Array(32).fill(7));
  const split = splitSignature(signature);
  assert.ok(split !== undefined);
  const s = BigInt(toHex(split.rs.subarray(32)));
  const twin = split.rs.slice();
  twin.set(fromHex(`0x${(ORDER - s).toString(16).padStart(64, '0')}`), 32);
  // The top bit of a high s is where EIP-2098 keeps the parity: it cannot even be written down.
  assert.equal(joinSignature(twin, 1 - split.recovery).length, 64);
  bothRefuse((secp256k1) => {
    assert.notEqual(
      secp256k1.recover(digest, joinSignature(twin, 1 - split.recovery)),
      secp256k1.recover(digest, signature),
    );
    assert.equal(secp256k1.recover(digest, signature.subarray(0, 63)), undefined);
    assert.equal(secp256k1.recover(digest, new Uint8Array(65)), undefined);
    assert.equal(secp256k1.recover(digest, new Uint8Array(64)), undefined);
  });
});

test('an invalid secret key is refused with BAD_PARAMETER', () => {
  const digest = Bytes32(`0x${'ab'.repeat(32)}`);
  const invalid = [new Uint8Array(32), fromHex(`0x${ORDER.toString(16)}`), new Uint8Array(31).fill(1)];
  bothRefuse((secp256k1) => {
    for (const key of invalid) assert.throws(() => secp256k1.sign(digest, key), { code: 'BAD_PARAMETER' });
  });
});
