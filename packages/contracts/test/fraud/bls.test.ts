import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import blst, { type SecretKey } from '@chainsafe/blst';
import { keccak256, tag } from '@mlb/protocol';
import { type Abi, bytesToHex, concat, type Hex, hexToBytes, toHex } from 'viem';
import {
  certBlsAbi,
  certBlsBytecode,
  certBySizeAbi,
  certBySizeBytecode,
  operatorRegistryAbi,
} from '../../abi/index.ts';
import { createTestChain, type TestChain } from '../support/chain.ts';
import { accountOfKey, createFraudNetwork, type FraudNetwork, operatorName, sessionName } from '../support/network.ts';
import { refusalOf } from '../support/prove.ts';

const OPERATORS = 9;

/** Field elements of 48 bytes, padded to the 64 of EIP-2537. */
const pad = (fields: readonly Uint8Array[]): Hex =>
  concat(fields.map((field) => `0x${'00'.repeat(16)}${bytesToHex(field).slice(2)}` as Hex));
const split = (bytes: Uint8Array): readonly Uint8Array[] =>
  Array.from({ length: bytes.length / 48 }, (_, i) => bytes.subarray(i * 48, i * 48 + 48));
const g1 = (key: SecretKey): Hex => pad(split(key.toPublicKey().toBytes(false)));
/** blst writes c1 before c0. */
const g2 = (signature: { toBytes: (compress: boolean) => Uint8Array }): Hex => {
  const [x1, x0, y1, y0] = split(signature.toBytes(false)) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  return pad([x0, x1, y0, y1]);
};

describe('one aggregated signature for a batch', () => {
  let chain: TestChain;
  let network: FraudNetwork;
  let bls: Hex;
  const digest = keccak256(tag('a header'));
  const keys = Array.from({ length: OPERATORS }, (_, i) =>
    blst.SecretKey.fromKeygen(hexToBytes(keccak256(tag(`bls ${i}`)))),
  );

  const create = async (abi: Abi, bytecode: Hex, args: readonly unknown[]): Promise<Hex> => {
    const hash = await network.deployer.deployContract({ abi, bytecode, args });
    return (await chain.publicClient.waitForTransactionReceipt({ hash })).contractAddress as Hex;
  };
  const target = (functionName: string) => [bls, certBlsAbi as Abi, functionName] as const;
  const registerKey = async (i: number, key: SecretKey, signer = key): Promise<unknown> => {
    const wallet = await chain.fundedWallet(accountOfKey(operatorName(i)));
    const session = accountOfKey(sessionName(i)).address;
    const point = g1(key);
    const message = await network.read<Hex>(target('possessionDigest'), wallet.account.address, session, point);
    return network.send(wallet, target('registerKey'), point, g2(signer.sign(hexToBytes(message))));
  };
  const certificate = (rows: readonly number[], over: Hex = digest): Hex => {
    const signatures = rows.map((row) => (keys[row] as SecretKey).sign(hexToBytes(over)));
    const bitmap = rows.reduce((bits, row) => bits | (1n << BigInt(row)), 0n);
    return concat([g2(blst.aggregateSignatures(signatures)), toHex(bitmap, { size: 32 })]);
  };
  const verify = (bytes: Hex, over: Hex = digest, epoch = 1n) =>
    network.read<boolean>(target('verify'), epoch, over, bytes);
  const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);

  before(async () => {
    chain = await createTestChain();
    network = await createFraudNetwork(chain, { operators: OPERATORS, requesters: ['alice'] });
    bls = await create(certBlsAbi, certBlsBytecode, [network.deployment.addresses.operatorRegistry]);
  });
  after(() => chain[Symbol.asyncDispose]());

  test('a key is registered by whoever holds it, once; the last operator has none', async () => {
    const other = keys[1] as SecretKey;
    assert.equal(await refusalOf(registerKey(0, keys[0] as SecretKey, other)), 'BadProofOfPossession');
    for (let i = 0; i < OPERATORS - 1; i++) await registerKey(i, keys[i] as SecretKey);
    assert.equal(await refusalOf(registerKey(0, other)), 'KeyTaken');
    const stranger = await chain.fundedWallet();
    const foreign = network.send(stranger, target('registerKey'), g1(other), `0x${'00'.repeat(256)}`);
    assert.equal(await refusalOf(foreign), 'NotRegistered');
  });

  test('nothing verifies before the epoch’s keys are sealed, once', async () => {
    assert.equal(await verify(certificate(upTo(8))), false);
    await network.send(network.deployer, target('sealKeys'), 1n);
    assert.equal(await refusalOf(network.send(network.deployer, target('sealKeys'), 1n)), 'AlreadySealed');
    assert.equal(await refusalOf(network.send(network.deployer, target('sealKeys'), 2n)), 'EpochUnknown');
  });

  test('signatures aggregated by blst verify from 70 % of the weight on', async () => {
    assert.equal(await verify(certificate(upTo(8))), true);
    assert.equal(await verify(certificate([1, 2, 3, 4, 5, 6, 7])), true);
    assert.equal(await verify(certificate(upTo(6))), false);
  });

  test('another digest, epoch, signer or bitmap does not verify', async () => {
    const good = certificate(upTo(8));
    assert.equal(await verify(good, keccak256(tag('another'))), false);
    assert.equal(await verify(good, digest, 2n), false);
    assert.equal(await verify(certificate(upTo(8), keccak256(tag('another')))), false);
    const signature = good.slice(0, 2 + 512);
    for (const bitmap of [0x7fn, 0x1ffn, 0x2ffn, 1n << 255n]) {
      assert.equal(await verify(`${signature}${toHex(bitmap, { size: 32 }).slice(2)}` as Hex), false, `${bitmap}`);
    }
    assert.equal(await verify(`0x${'00'.repeat(256)}${good.slice(2 + 512)}`), false);
    assert.equal(await verify(`0x${'11'.repeat(256)}${good.slice(2 + 512)}`), false);
    assert.equal(await verify(good.slice(0, -2) as Hex), false);
  });

  test('a signer without a key does not count, even if nobody notices in the sum', async () => {
    const bitmap = toHex(0x1ffn, { size: 32 });
    assert.equal(await verify(`${certificate(upTo(8)).slice(0, 2 + 512)}${bitmap.slice(2)}` as Hex), false);
  });

  test('gas hardly depends on who signs: 1.3 k for each one missing', async () => {
    const gasOf = (bytes: Hex) =>
      chain.publicClient.estimateContractGas({
        address: bls,
        abi: certBlsAbi as Abi,
        functionName: 'verify',
        args: [1n, digest, bytes],
        account: network.deployer.account,
      });
    const [all, fewer] = [await gasOf(certificate(upTo(8))), await gasOf(certificate([1, 2, 3, 4, 5, 6, 7]))];
    assert.ok(all < 270_000n, `${all}`);
    assert.ok(fewer - all < 5_000n, `${fewer - all}`);
  });

  test('its signers are those of the bitmap', async () => {
    assert.deepEqual(await network.read(target('signersOf'), 1n, certificate([0, 3, 7])), [0, 3, 7]);
  });

  test('the size of the epoch’s table chooses who judges', async () => {
    const { certificate: ecdsa, operatorRegistry } = network.deployment.addresses;
    for (const [maxFewRows, judge] of [
      [OPERATORS, ecdsa],
      [OPERATORS - 1, bls],
    ] as const) {
      const bySize = await create(certBySizeAbi, certBySizeBytecode, [operatorRegistry, ecdsa, bls, maxFewRows]);
      const at = (name: string) => [bySize, certBySizeAbi as Abi, name] as const;
      assert.equal((await network.read<Hex>(at('certOf'), 1n)).toLowerCase(), judge.toLowerCase());
      assert.equal(await network.read(at('verify'), 1n, digest, certificate(upTo(8))), judge === bls);
    }
  });

  test('a chain without the precompiles refuses the contract', async () => {
    const registry = network.deployment.addresses.operatorRegistry;
    assert.ok(await network.read([registry, operatorRegistryAbi, 'epoch']));
    const old = await createTestChain(undefined, 'cancun');
    await using _ = old;
    const deployer = await old.fundedWallet();
    const deploying = deployer.deployContract({ abi: certBlsAbi, bytecode: certBlsBytecode, args: [registry] });
    assert.match(await deploying.then(() => 'none', String), /revert|PrecompileMissing/i);
  });
});
