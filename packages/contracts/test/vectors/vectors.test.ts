// The TypeScript protocol's golden vectors against the deployed contracts themselves, at the addresses they were made for.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import {
  type Abi,
  type Address,
  BaseError,
  ContractFunctionRevertedError,
  encodeAbiParameters,
  encodeDeployData,
  getContractAddress,
  type Hex,
  parseEther,
  size,
  slice,
} from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import {
  certEcdsaAbi,
  certEcdsaBytecode,
  type Deployment,
  escrowAbi,
  escrowBytecode,
  mlbTokenAbi,
  mlbTokenBytecode,
  operatorRegistryAbi,
  operatorRegistryBytecode,
  settlementAbi,
  settlementBytecode,
  stakeManagerAbi,
  stakeManagerBytecode,
} from '../../abi/index.ts';
import { digestOf, MESSAGE_TYPES, type MessageFields, signCompact } from '../support/attest.ts';
import { createTestChain, type TestChain, type Wallet } from '../support/chain.ts';

const load = async (name: string) =>
  JSON.parse(await readFile(new URL(`../../../protocol/vectors/${name}.json`, import.meta.url), 'utf8'));

describe('golden vectors', () => {
  let chain: TestChain;
  let deployer: Wallet;
  let messages: Awaited<ReturnType<typeof load>>;
  let batch: Awaited<ReturnType<typeof load>>;
  let deployment: Deployment;

  const send = async (from: Wallet | Address, address: Address, abi: Abi, functionName: string, ...args: unknown[]) => {
    const hash = await deployer.writeContract({
      address,
      abi,
      functionName,
      args,
      // An impersonated address signs nothing: the node takes its word.
      account: typeof from === 'string' ? from : from.account,
    });
    return chain.publicClient.waitForTransactionReceipt({ hash });
  };
  const read = (address: Address, abi: Abi, functionName: string, ...args: unknown[]): Promise<unknown> =>
    chain.publicClient.readContract({ address, abi, functionName, args });
  const create = async (abi: Abi, bytecode: Hex, args: readonly unknown[]): Promise<Address> => {
    const hash = await deployer.deployContract({ abi, bytecode, args });
    return (await chain.publicClient.waitForTransactionReceipt({ hash })).contractAddress as Address;
  };

  /** Runs the real constructor at an address of our choice: its creation code stands there for one transaction. */
  const createAt = async (address: Address, creation: Hex): Promise<void> => {
    await chain.testClient.setCode({ address, bytecode: creation });
    const { data } = await chain.publicClient.call({ to: address });
    const hash = await deployer.sendTransaction({ to: address });
    await chain.publicClient.waitForTransactionReceipt({ hash });
    await chain.testClient.setCode({ address, bytecode: data as Hex });
  };

  before(async () => {
    [messages, batch] = [await load('messages'), await load('batch')];
    chain = await createTestChain();
    deployer = await chain.fundedWallet();
    const settlement: Address = batch.domain.settlement;
    const nonce = await chain.publicClient.getTransactionCount({ address: deployer.account.address });
    const at = (i: number): Address => getContractAddress({ from: deployer.account.address, nonce: BigInt(nonce + i) });
    const treasury = privateKeyToAccount(generatePrivateKey()).address;
    const addresses = {
      token: await create(mlbTokenAbi, mlbTokenBytecode, [
        [{ holder: deployer.account.address, amountWei: 10n ** 27n }],
        treasury,
        at(3),
        10n,
      ]),
      stakeManager: await create(stakeManagerAbi, stakeManagerBytecode, [
        at(0),
        at(2),
        settlement,
        treasury,
        treasury,
        10n,
      ]),
      operatorRegistry: await create(operatorRegistryAbi, operatorRegistryBytecode, [
        at(1),
        at(3),
        settlement,
        4n,
        1440n,
      ]),
      escrow: await create(escrowAbi, escrowBytecode, [at(0), settlement, treasury, treasury, 10n, 10n]),
      certificate: await create(certEcdsaAbi, certEcdsaBytecode, [at(2)]),
      modelRegistry: settlement,
      settlement,
    };
    const { operatorRegistry, stakeManager, escrow, certificate } = addresses;
    const args = [operatorRegistry, stakeManager, escrow, certificate, 5n, 1n, treasury, []] as const;
    await createAt(settlement, encodeDeployData({ abi: settlementAbi, bytecode: settlementBytecode, args }));
    deployment = { chainId: batch.domain.chainId, startBlock: 0, addresses };
  });
  after(() => chain[Symbol.asyncDispose]());

  const encode = (name: keyof typeof MESSAGE_TYPES, value: MessageFields): Hex =>
    encodeAbiParameters(MESSAGE_TYPES[name], MESSAGE_TYPES[name].map((field) => value[field.name]) as never);

  const revertOf = async (args: readonly unknown[]): Promise<ContractFunctionRevertedError['data']> => {
    const { settlement: address } = deployment.addresses;
    const error = await chain.publicClient
      .simulateContract({ address, abi: settlementAbi as Abi, functionName: 'slashEquivocation', args })
      .then(
        () => assert.fail('expected a revert'),
        (reason: unknown) => reason,
      );
    const reverted = error instanceof BaseError && error.walk((e) => e instanceof ContractFunctionRevertedError);
    return reverted instanceof ContractFunctionRevertedError ? reverted.data : assert.fail(String(error));
  };

  for (const [kind, name, key, changed] of [
    [0, 'Commit', 'commit', 'commitHash'],
    [1, 'LockVote', 'lockVote', 'lockRoot'],
    [2, 'ResultStatement', 'statement', 'resultDigest'],
    [3, 'BatchHeader', 'header', 'leavesRoot'],
  ] as const) {
    test(`the contract reads ${name} with the vector's struct hash, digest and signer`, async () => {
      const { value, structHash, signature } = messages[key];
      const encoded = encode(name, value);
      const same = await revertOf([kind, encoded, encoded, signature, signature]);
      assert.deepEqual([same?.errorName, same?.args], ['SameStatement', [structHash]]);

      const other = { ...value, [changed]: messages.taskId };
      const stranger = privateKeyToAccount(generatePrivateKey());
      const otherSignature = await signCompact(stranger, digestOf(deployment, name, other));
      const pair = await revertOf([kind, encoded, encode(name, other), signature, otherSignature]);
      assert.equal(pair?.errorName, 'SignersDiffer');
      const signers = pair?.args?.map((signer) => String(signer).toLowerCase());
      assert.deepEqual(signers, [messages.signer.address, stranger.address.toLowerCase()]);
    });
  }

  test('the header digest is the one the attesters signed', async () => {
    const { settlement } = deployment.addresses;
    assert.equal(await read(settlement, settlementAbi, 'headerDigest', messages.header.value), messages.header.digest);
    assert.equal(await read(settlement, settlementAbi, 'headerDigest', batch.header), batch.headerDigest);
  });

  test('the peer binding digest is the one the peer key signed', async () => {
    const { registry, operator, sessionKey, nonce, digest } = messages.binding;
    const code = await chain.publicClient.getCode({ address: deployment.addresses.operatorRegistry });
    await chain.testClient.setCode({ address: registry, bytecode: code as Hex });
    assert.equal(await read(registry, operatorRegistryAbi, 'bindingDigest', operator, sessionKey, nonce), digest);
  });

  test('the operators of the vector seal into its rows', async () => {
    const { token, stakeManager, operatorRegistry, escrow } = deployment.addresses;
    // Accounts 2 and 3 are requesters; 1 is the treasury.
    for (const owner of ['0x0000000000000000000000000000000000000e02', '0x0000000000000000000000000000000000000e03']) {
      await send(deployer, escrow, escrowAbi, 'open', owner);
    }
    const { operators, bytes }: { operators: readonly Address[]; bytes: Hex } = batch.snapshot.rows;
    for (const [i, operator] of operators.entries()) {
      const row = slice(bytes, i * 32, i * 32 + 32);
      const stake = BigInt(slice(row, 20, 24)) * parseEther('1');
      await chain.testClient.setBalance({ address: operator, value: parseEther('1') });
      await chain.testClient.impersonateAccount({ address: operator });
      await send(deployer, token, mlbTokenAbi, 'transfer', operator, stake);
      await send(operator, token, mlbTokenAbi, 'approve', stakeManager, stake);
      await send(operator, stakeManager, stakeManagerAbi, 'bond', stake, Number(slice(row, 26, 27)));
      const runtimeClass = Number(slice(row, 27, 28));
      const keys = [slice(row, 0, 20), messages.taskId, runtimeClass, '0x'];
      await send(operator, operatorRegistry, operatorRegistryAbi, 'register', ...keys);
    }
    await send(deployer, operatorRegistry, operatorRegistryAbi, 'sealEpoch');
    assert.equal(await read(operatorRegistry, operatorRegistryAbi, 'rowsOf', 1n), bytes);
    const epoch = (await read(operatorRegistry, operatorRegistryAbi, 'epochOf', 1n)) as { totalWeight: bigint };
    assert.equal(epoch.totalWeight, BigInt(batch.snapshot.rows.totalWeight));
  });

  test("the vector's batch settles: certificate, nonces and every delta", async () => {
    const { token, escrow, settlement, certificate } = deployment.addresses;
    const verify = (bytes: Hex) => read(certificate, certEcdsaAbi, 'verify', 1n, batch.headerDigest, bytes);
    const signed: Hex = batch.certificate.bytes;
    assert.equal(await verify(signed), true);
    assert.equal(await verify(slice(signed, 0, size(signed) - 1)), false);

    await send(deployer, escrow, escrowAbi, 'open', deployer.account.address);
    await send(deployer, token, mlbTokenAbi, 'approve', escrow, parseEther('1'));
    const deltas: readonly { kind: number; account: number; units: string }[] = batch.deltas.rows;
    for (const { kind, account, units } of deltas) {
      const owner = await read(escrow, escrowAbi, 'ownerOf', account);
      if (kind === 0) await send(deployer, escrow, escrowAbi, 'deposit', owner, BigInt(units) + 1n);
    }
    const { header, deltas: rows, nullifiers } = batch;
    await send(deployer, settlement, settlementAbi, 'post', header, rows.bytes, nullifiers.bytes, signed);
    for (const { kind, account, units } of deltas) {
      const balance = await read(escrow, escrowAbi, kind === 0 ? 'escrowOf' : 'earnedOf', account);
      assert.equal(balance, kind === 0 ? 1n : BigInt(units));
    }
    for (const { account, word, mask } of batch.nullifiers.rows) {
      assert.equal(await read(settlement, settlementAbi, 'usedNonces', account, word), BigInt(mask));
    }
    assert.equal(await read(settlement, settlementAbi, 'head'), batch.headerDigest);
    assert.equal(await read(escrow, escrowAbi, 'unburnedUnits'), BigInt(header.burnUnits));
    assert.equal(await read(escrow, escrowAbi, 'earnedOf', 1), BigInt(header.treasuryUnits));
  });
});
