import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  type Abi,
  BaseError,
  ContractFunctionRevertedError,
  concat,
  encodeAbiParameters,
  encodePacked,
  type Hex,
  keccak256,
  parseEther,
  parseEventLogs,
  type TransactionReceipt,
  zeroHash,
} from 'viem';
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts';
import {
  type Deployment,
  deployProtocol,
  escrowAbi,
  mlbTokenAbi,
  modelRegistryAbi,
  operatorRegistryAbi,
  settlementAbi,
  stakeManagerAbi,
} from '../../abi/index.ts';
import { certify, digestOf, headerOf, MESSAGE_TYPES, type MessageFields, signCompact } from '../support/attest.ts';
import { createTestChain, type TestChain, type Wallet } from '../support/chain.ts';

const STAKE = parseEther('50000');
const COMPUTE = 2;
const MODEL = 1;
const OPERATORS = 4;

interface Operator {
  readonly wallet: Wallet;
  readonly session: PrivateKeyAccount;
}

describe('from bond to payout', () => {
  let chain: TestChain;
  let deployer: Wallet;
  let requester: Wallet;
  let deployment: Deployment;
  const operators: Operator[] = [];

  const send = async (
    wallet: Wallet,
    [address, abi, functionName]: readonly [Hex, Abi, string],
    ...args: readonly unknown[]
  ): Promise<TransactionReceipt> => {
    const hash = await wallet.writeContract({ address, abi, functionName, args });
    return chain.publicClient.waitForTransactionReceipt({ hash });
  };
  const call = (address: Hex, abi: Abi, functionName: string, ...args: readonly unknown[]): Promise<unknown> =>
    chain.publicClient.readContract({ address, abi, functionName, args });
  const refusal = async (sending: Promise<unknown>): Promise<string | undefined> => {
    const error = await sending.then(
      () => assert.fail('expected a refusal'),
      (reason: unknown) => reason,
    );
    const reverted = error instanceof BaseError && error.walk((e) => e instanceof ContractFunctionRevertedError);
    return reverted instanceof ContractFunctionRevertedError ? reverted.data?.errorName : String(error);
  };

  before(async () => {
    chain = await createTestChain();
    deployer = await chain.fundedWallet();
    requester = await chain.fundedWallet();
    deployment = await deployProtocol({
      walletClient: deployer,
      publicClient: chain.publicClient,
      params: {
        initialHolder: deployer.account.address,
        treasury: deployer.account.address,
        epochBlocks: 4,
        challengeWindowSec: 5,
        escrowDelaySec: 30,
        payoutDelaySec: 5,
        unbondSec: 10,
      },
    });
  });
  after(() => chain[Symbol.asyncDispose]());

  const at = (): Deployment['addresses'] => deployment.addresses;
  const rows = (index: number) => ({ row: index, account: (operators[index] as Operator).session });
  const account = async (wallet: Wallet): Promise<number> =>
    (await call(at().escrow, escrowAbi, 'accountOf', wallet.account.address)) as number;

  test('operators bond, register and stand in the sealed epoch', async () => {
    const { token, stakeManager, operatorRegistry } = at();
    for (let i = 0; i < OPERATORS; i++) {
      const wallet = await chain.fundedWallet();
      const session = privateKeyToAccount(generatePrivateKey());
      await send(deployer, [token, mlbTokenAbi, 'transfer'], wallet.account.address, STAKE);
      await send(wallet, [token, mlbTokenAbi, 'approve'], stakeManager, STAKE);
      await send(wallet, [stakeManager, stakeManagerAbi, 'bond'], STAKE, COMPUTE);
      const binding = [session.address, keccak256(session.address), 0, '0xb1'] as const;
      await send(wallet, [operatorRegistry, operatorRegistryAbi, 'register'], ...binding);
      operators.push({ wallet, session });
    }
    const receipt = await send(deployer, [operatorRegistry, operatorRegistryAbi, 'sealEpoch']);
    const [sealed] = parseEventLogs({ abi: operatorRegistryAbi, eventName: 'EpochSealed', logs: receipt.logs });
    const expected = concat(
      operators.map(({ session }, i) =>
        encodePacked(
          ['address', 'uint32', 'uint16', 'uint8', 'uint8', 'uint32'],
          [session.address, 50_000, 5000, COMPUTE, 0, i],
        ),
      ),
    );
    assert.deepEqual(sealed?.args, {
      epoch: 1n,
      rowCount: OPERATORS,
      totalWeight: 50_000n * 5000n * BigInt(OPERATORS),
      rowsHash: keccak256(expected),
    });
    assert.equal(await call(operatorRegistry, operatorRegistryAbi, 'rowsOf', 1n), expected);
    assert.equal(await refusal(send(deployer, [operatorRegistry, operatorRegistryAbi, 'sealEpoch'])), 'EpochTooEarly');
  });

  test('only a staked model provider registers a model', async () => {
    const { token, stakeManager, modelRegistry } = at();
    const model = {
      providerPeerKey: keccak256('0x01'),
      cid: 'bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy',
      sha256Digest: keccak256('0x02'),
      sizeBytes: 54_000,
      name: 'mnist',
      priceWei: 10n ** 15n,
      computeUnits: 500,
      mode: 1,
      atolE9: 1_000_000n,
      rtolE9: 1_000_000n,
      engine: 'onnxruntime 1.30.0',
    };
    assert.equal(
      await refusal(send(deployer, [modelRegistry, modelRegistryAbi, 'registerModel'], model)),
      'NotModelProvider',
    );
    await send(deployer, [token, mlbTokenAbi, 'approve'], stakeManager, parseEther('10000'));
    await send(deployer, [stakeManager, stakeManagerAbi, 'bond'], parseEther('10000'), MODEL);
    const receipt = await send(deployer, [modelRegistry, modelRegistryAbi, 'registerModel'], model);
    const [registered] = parseEventLogs({ abi: modelRegistryAbi, eventName: 'ModelRegistered', logs: receipt.logs });
    assert.deepEqual(registered?.args.model, model);
    const id = keccak256(
      encodeAbiParameters(
        ['uint256', 'address', 'address', 'bytes32', 'uint256'].map((type) => ({ type })),
        [deployment.chainId, modelRegistry, deployer.account.address, model.sha256Digest, 0n],
      ),
    );
    assert.equal(registered?.args.modelId, id);
  });

  const batchOf = async (nonceMask: bigint, index: bigint, prevHash: Hex) => {
    const payer = await account(requester);
    const payee = await account((operators[0] as Operator).wallet);
    const delta = (kind: number, id: number, units: bigint): Hex =>
      encodePacked(['uint8', 'uint32', 'uint64'], [kind, id, units]);
    const deltas = concat([delta(0, payer, 1000n), delta(1, payee, 950n)]);
    const nullifiers = encodePacked(['uint32', 'uint32', 'uint256'], [payer, 0, nonceMask]);
    const amounts = { treasuryUnits: 30n, burnUnits: 20n };
    const header = headerOf({ index, prevHash, epoch: 1n, leafCount: 1, deltas, nullifiers, ...amounts });
    const digest = digestOf(deployment, 'BatchHeader', header);
    return { header, deltas, nullifiers, digest };
  };
  type Batch = Awaited<ReturnType<typeof batchOf>>;
  const postAs = (wallet: Wallet, { header, deltas, nullifiers }: Batch, certificate: Hex) =>
    send(wallet, [at().settlement, settlementAbi, 'post'], header, deltas, nullifiers, certificate);

  test('a batch with three of four signatures pays, once', async () => {
    const { token, escrow, settlement } = at();
    await send(deployer, [token, mlbTokenAbi, 'approve'], escrow, 10_000n * 10n ** 9n);
    await send(deployer, [escrow, escrowAbi, 'deposit'], requester.account.address, 10_000n);

    const batch = await batchOf(1n << 5n, 1n, zeroHash);
    assert.equal(await call(settlement, settlementAbi, 'headerDigest', batch.header), batch.digest);
    const two = await certify(batch.digest, [rows(0), rows(3)]);
    assert.equal(await refusal(postAs(requester, batch, two)), 'BadCertificate');
    const three = await certify(batch.digest, [rows(3), rows(0), rows(1)]);
    const receipt = await postAs(requester, batch, three);
    const [posted] = parseEventLogs({ abi: settlementAbi, eventName: 'BatchPosted', logs: receipt.logs });
    assert.deepEqual(posted?.args, {
      index: 1n,
      headerDigest: batch.digest,
      certificateHash: keccak256(three),
      header: batch.header,
      deltas: batch.deltas,
      nullifiers: batch.nullifiers,
    });
    assert.equal(await call(escrow, escrowAbi, 'escrowOf', await account(requester)), 9000n);
    assert.equal(await refusal(postAs(requester, batch, three)), 'WrongIndex');

    const replay = await batchOf(1n << 5n, 2n, batch.digest);
    const signatures = await certify(replay.digest, [rows(0), rows(1), rows(2), rows(3)]);
    assert.equal(await refusal(postAs(requester, replay, signatures)), 'NonceUsed');
  });

  test('what was earned leaves after the payout delay, and not before', async () => {
    const { token, escrow, settlement } = at();
    const { wallet } = operators[0] as Operator;
    const payee = await account(wallet);
    await send(wallet, [escrow, escrowAbi, 'requestWithdrawal'], 1, 950n);
    assert.equal(await refusal(send(requester, [escrow, escrowAbi, 'complete'], 1, payee)), 'NotReady');
    await chain.testClient.increaseTime({ seconds: 5 });
    await send(requester, [escrow, escrowAbi, 'complete'], 1, payee);
    assert.equal(await call(token, mlbTokenAbi, 'balanceOf', wallet.account.address), 950n * 10n ** 9n);
    assert.equal(await call(settlement, settlementAbi, 'isFinal', 1n), true);
  });

  test('two statements of one seat for one task cost everything', async () => {
    const { stakeManager, settlement } = at();
    const { wallet, session } = operators[3] as Operator;
    const statement = (resultDigest: Hex): MessageFields => ({
      taskId: keccak256('0x07'),
      round: 0,
      epoch: 1n,
      seatCount: 4,
      lockRoot: zeroHash,
      resultDigest,
    });
    const encode = (message: MessageFields): Hex =>
      encodeAbiParameters(MESSAGE_TYPES.ResultStatement, Object.values(message) as never);
    const [first, second] = [statement(keccak256('0x08')), statement(keccak256('0x09'))];
    const sign = (message: MessageFields) => signCompact(session, digestOf(deployment, 'ResultStatement', message));
    const slash = [settlement, settlementAbi, 'slashEquivocation'] as const;
    const same = [2, encode(first), encode(first), await sign(first), await sign(first)] as const;
    assert.equal(await refusal(send(requester, slash, ...same)), 'SameStatement');

    const proof = [2, encode(first), encode(second), await sign(first), await sign(second)] as const;
    const receipt = await send(requester, slash, ...proof);
    const [slashed] = parseEventLogs({ abi: stakeManagerAbi, eventName: 'Slashed', logs: receipt.logs });
    assert.deepEqual(slashed?.args, {
      operator: wallet.account.address,
      amount: STAKE,
      bps: 10_000,
      reporter: requester.account.address,
    });
    assert.equal(await call(stakeManager, stakeManagerAbi, 'eligible', wallet.account.address, COMPUTE), false);
    assert.equal(await call(at().token, mlbTokenAbi, 'balanceOf', requester.account.address), STAKE / 10n);
    assert.equal(await refusal(send(requester, slash, ...proof)), 'AlreadyTombstoned');
  });
});
