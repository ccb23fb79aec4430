import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type AddressBook,
  allocationsOfPaper,
  certBlsAbi,
  certBySizeAbi,
  DeploymentError,
  deployNetwork,
  mlbTokenAbi,
  NETWORKS,
  type NetworkDeployOptions,
  networkDescriptionOf,
  type ProtocolParams,
  parseAddressBook,
} from '../../abi/index.ts';
import { createTestChain, type TestChain, type Wallet } from '../support/chain.ts';

const TEAM = '0x00000000000000000000000000000000000007ea';
const LIQUIDITY = '0x0000000000000000000000000000000000007a55';

const params: ProtocolParams = {
  ...NETWORKS.devnet.params,
  initialHolder: TEAM,
  guardian: '0x0000000000000000000000000000000000006a2d',
  treasury: 'timelock',
  allocations: allocationsOfPaper(LIQUIDITY),
  vestingStartSec: 1_700_000_000,
};

interface Bench {
  readonly options: NetworkDeployOptions;
  readonly walletClient: Wallet;
  /** Every book that was saved, as it would be read back from disk. */
  readonly saved: AddressBook[];
}

const createBench = async (chain: TestChain): Promise<Bench> => {
  const walletClient = await chain.fundedWallet();
  const saved: AddressBook[] = [];
  const options = {
    walletClient,
    publicClient: chain.publicClient,
    preset: NETWORKS.devnet,
    params,
    save: async (book: AddressBook) => void saved.push(parseAddressBook(JSON.stringify(book))),
  };
  return { options, walletClient, saved };
};

const isCode = (code: string) => (error: unknown) => error instanceof DeploymentError && error.code === code;

test('a network gets every contract, wired as read back, and the supply as the white paper splits it', async () => {
  await using chain = await createTestChain();
  const { options } = await createBench(chain);
  const book = await deployNetwork(options);
  assert.equal(book.verified, true);
  assert.equal(book.hasBls12381, true);
  const { addresses } = book.deployment;
  const millions = await Promise.all(
    [addresses.rewardsVault, addresses.teamVesting, addresses.ecosystemFund, LIQUIDITY, addresses.reserveFund].map(
      async (holder) => {
        const args = [holder as typeof LIQUIDITY] as const;
        const read = { address: addresses.token, abi: mlbTokenAbi, functionName: 'balanceOf', args } as const;
        return (await chain.publicClient.readContract(read)) / 10n ** 24n;
      },
    ),
  );
  assert.deepEqual(millions, [400n, 150n, 200n, 100n, 150n]);
  assert.deepEqual(networkDescriptionOf(book, ['http://x'], []).deployment, book.deployment);
});

test('a finished book sends nothing more', async () => {
  await using chain = await createTestChain();
  const { options, walletClient } = await createBench(chain);
  const book = await deployNetwork(options);
  const { address } = walletClient.account;
  const before = await chain.publicClient.getTransactionCount({ address });
  assert.deepEqual(await deployNetwork({ ...options, book }), book);
  assert.equal(await chain.publicClient.getTransactionCount({ address }), before);
});

test('a deployment that died after any save goes on to the same addresses', async () => {
  await using chain = await createTestChain();
  const { options, saved } = await createBench(chain);
  let saves = 0;
  const dying = async (book: AddressBook): Promise<void> => {
    await options.save(book);
    saves += 1;
    // Once before the first transaction, once after a sent one, once in the middle.
    if ([1, 3, 9].includes(saves)) throw new Error('power cut');
  };
  for (let lives = 0; lives < 3; lives += 1) {
    await assert.rejects(deployNetwork({ ...options, book: saved.at(-1), save: dying }), /power cut/);
  }
  const book = await deployNetwork({ ...options, book: saved.at(-1) });
  assert.equal(book.verified, true);
  assert.deepEqual(book.deployment, saved[0]?.deployment);
});

test('an account that sent something else meanwhile is told so', async () => {
  await using chain = await createTestChain();
  const { options, walletClient, saved } = await createBench(chain);
  const dying = async (book: AddressBook): Promise<void> => {
    await options.save(book);
    throw new Error('power cut');
  };
  await assert.rejects(deployNetwork({ ...options, save: dying }), /power cut/);
  const hash = await walletClient.sendTransaction({ to: TEAM, value: 1n });
  await chain.publicClient.waitForTransactionReceipt({ hash });
  await assert.rejects(deployNetwork({ ...options, book: saved.at(-1) }), isCode('NONCE_MOVED'));
});

test('a book is continued only with its own parameters, and only on its own network', async () => {
  await using chain = await createTestChain();
  const { options } = await createBench(chain);
  const book = await deployNetwork(options);
  const other = { ...params, unbondSec: 121 };
  await assert.rejects(deployNetwork({ ...options, book, params: other }), isCode('PLAN_CHANGED'));
  await assert.rejects(deployNetwork({ ...options, preset: NETWORKS.base }), isCode('WRONG_CHAIN'));
  await assert.rejects(deployNetwork({ ...options, preset: NETWORKS.arbitrum }), isCode('UNSUPPORTED_NETWORK'));
  const preset = { ...NETWORKS.devnet, txGasCap: 1_000_000n };
  await assert.rejects(deployNetwork({ ...options, preset }), isCode('TOO_MUCH_GAS'));
});

test('delays that do not fit together are refused before anything is sent', async () => {
  await using chain = await createTestChain();
  const { options, saved } = await createBench(chain);
  await assert.rejects(deployNetwork({ ...options, params: { ...params, rewardPeriodSec: 29 } }), isCode('BAD_PARAMS'));
  await assert.rejects(deployNetwork({ ...options, params: { ...params, vetoSec: 91 } }), isCode('BAD_PARAMS'));
  assert.equal(saved.length, 0);
});

test('every preset keeps the order of its delays', () => {
  for (const { params: preset } of Object.values(NETWORKS)) {
    const { challengeWindowSec, respondSec = 0, payoutDelaySec, unbondSec, vetoSec = 0, rewardPeriodSec = 0 } = preset;
    assert.ok(payoutDelaySec >= challengeWindowSec + respondSec);
    assert.ok(unbondSec >= challengeWindowSec + vetoSec);
    assert.ok(rewardPeriodSec >= challengeWindowSec);
    assert.ok((preset.governance?.timelockSec ?? Infinity) > Math.max(unbondSec, payoutDelaySec));
  }
});

test('what is no address book is not read as one', () => {
  assert.throws(() => parseAddressBook('{"schema":"mlb.network/1"}'), SyntaxError);
});

test('certificates by size: plain signatures up to the limit, one aggregate above', async () => {
  await using chain = await createTestChain();
  const { options } = await createBench(chain);
  const book = await deployNetwork({ ...options, params: { ...params, certificate: 'by-size', maxEcdsaRows: 40 } });
  assert.equal(book.verified, true);
  const { certificate: address, operatorRegistry } = book.deployment.addresses;
  const [few, many, maxFewRows] = await Promise.all(
    (['few', 'many', 'maxFewRows'] as const).map((functionName) =>
      chain.publicClient.readContract({ address, abi: certBySizeAbi, functionName }),
    ),
  );
  assert.equal(maxFewRows, 40);
  assert.notEqual(few, many);
  const registry = await chain.publicClient.readContract({
    address: many as `0x${string}`,
    abi: certBlsAbi,
    functionName: 'registry',
  });
  assert.equal(registry.toLowerCase(), operatorRegistry);
});

test('a chain without EIP-2537 refuses them before anything is sent', async () => {
  await using chain = await createTestChain(undefined, 'cancun');
  const { options, saved } = await createBench(chain);
  const refused = deployNetwork({ ...options, params: { ...params, certificate: 'by-size' } });
  await assert.rejects(refused, isCode('UNSUPPORTED_NETWORK'));
  assert.equal(saved.length, 0);
});
