import {
  type Batch,
  type BatchLeaf,
  type BlockHash,
  Bytes32,
  batcherOf,
  buildBatch,
  checkTask,
  createDomain,
  type Domain,
  encodeBatchCertificate,
  fromHex,
  headerDigestOf,
  keccak256,
  type Ledger,
  ledgerOf,
  ModelId,
  movementsOf,
  nobleSecp256k1,
  type Address as ProtocolAddress,
  ROLE_COMPUTE,
  ROLE_MODEL,
  type Secp256k1,
  type SettledTask,
  type SettlementView,
  type Snapshot,
  type TaskOrder,
  tag,
  Address as toAddress,
  BlockHash as toBlockHash,
  toHex,
  ZERO_BYTES32,
} from '@mlb/protocol';
import { type Abi, type Hex, parseEther, type TransactionReceipt } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
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
import type { TestChain, Wallet } from './chain.ts';
import { type OrderChoice, settleTask, type TaskPlace } from './settled-task.ts';

export const WINDOW_SEC = 3600;
export const SEED_LAG = 2;
export const ROUND_BLOCKS = 3;
const STAKE = parseEther('50000');
const DEPOSIT_UNITS = 10n ** 12n;
const BASE_FEE = 10n ** 13n;
const MODEL_PRICE = 100n * 10n ** 9n;
const COMPUTE_UNITS = 1_000_000;
/** No test's order is older when its batch is built. */
const RECENT_BLOCKS = 40n;

/** 32 bytes that depend on the name only. */
const bytes32 = (name: string): Bytes32 => keccak256(tag(name));
export const secretOf = (name: string): Uint8Array => fromHex(bytes32(`secret of ${name}`));
export const accountOfKey = (name: string) => privateKeyToAccount(toHex(secretOf(name)));
const addressOf = (name: string): ProtocolAddress => nobleSecp256k1.addressOf(secretOf(name));

type Target = readonly [address: Hex, abi: Abi, functionName: string];

/** The protocol on a chain, with operators, requesters and a model; batches are the protocol package's own. */
export interface FraudNetwork {
  readonly chain: TestChain;
  readonly deployment: Deployment;
  readonly domain: Domain;
  readonly snapshot: Snapshot;
  readonly modelId: ModelId;
  /** Sends gas of everything that is not somebody's own. */
  readonly deployer: Wallet;
  readonly send: (wallet: Wallet, target: Target, ...args: readonly unknown[]) => Promise<TransactionReceipt>;
  readonly read: <T>(target: Target, ...args: readonly unknown[]) => Promise<T>;
  /** The state of the chain as an attester sees it now. */
  readonly view: () => Promise<SettlementView>;
  /** Tasks as their requesters order them now and their committees sign them. */
  readonly tasks: (choices: readonly OrderChoice[]) => Promise<readonly SettledTask[]>;
  readonly build: (tasks: readonly SettledTask[]) => Promise<HonestBatch>;
  /** Signed by every operator, or by these rows. */
  readonly post: (batch: ClaimedBatch, rows?: readonly number[]) => Promise<PostedClaim>;
}

/** What is posted, and the ledger behind its root. */
export interface ClaimedBatch extends Pick<Batch, 'header' | 'leaves' | 'deltas' | 'nullifiers'> {
  readonly ledger: Pick<Ledger, 'rows'>;
}
export type HonestBatch = ClaimedBatch;

export interface PostedClaim {
  /** `IFraudProofs.PostedHeader`. */
  readonly posted: { readonly header: Batch['header']; readonly certificateHash: Hex; readonly deltas: Hex };
  readonly certificate: Hex;
  readonly receipt: TransactionReceipt;
}

export const operatorName = (i: number): string => `operator ${i}`;
export const sessionName = (i: number): string => `session ${i}`;

export const createFraudNetwork = async (
  chain: TestChain,
  {
    operators,
    requesters,
    secp256k1 = nobleSecp256k1,
  }: {
    readonly operators: number;
    readonly requesters: readonly string[];
    /** What signs and checks: noble, or something faster with the same bytes. */
    readonly secp256k1?: Secp256k1;
  },
): Promise<FraudNetwork> => {
  const { publicClient } = chain;
  const deployer = await chain.fundedWallet(accountOfKey('deployer'));
  const initialHolder = deployer.account.address;
  const deployment = await deployProtocol({
    walletClient: deployer,
    publicClient,
    params: {
      initialHolder,
      treasury: accountOfKey('treasury').address,
      guardian: accountOfKey('treasury').address,
      epochBlocks: 1,
      challengeWindowSec: WINDOW_SEC,
      escrowDelaySec: 2 * WINDOW_SEC,
      payoutDelaySec: 2 * WINDOW_SEC,
      unbondSec: 3 * WINDOW_SEC,
      initialBaseFee: BASE_FEE,
      seedLagBlocks: SEED_LAG,
      roundBlocks: ROUND_BLOCKS,
    },
  });
  const at = deployment.addresses;
  const send: FraudNetwork['send'] = async (wallet, [address, abi, functionName], ...args) => {
    // A checkpoint of votes costs more in a new second than in the one of the estimate.
    const estimated = await publicClient.estimateContractGas({
      address,
      abi,
      functionName,
      args,
      account: wallet.account,
    });
    const hash = await wallet.writeContract({ address, abi, functionName, args, gas: (estimated * 3n) / 2n });
    return publicClient.waitForTransactionReceipt({ hash });
  };
  const read: FraudNetwork['read'] = async <T>([address, abi, functionName]: Target, ...args: readonly unknown[]) =>
    (await publicClient.readContract({ address, abi, functionName, args })) as T;

  const stake = async (wallet: Wallet, amount: bigint, roles: number): Promise<void> => {
    await send(deployer, [at.token, mlbTokenAbi, 'transfer'], wallet.account.address, amount);
    await send(wallet, [at.token, mlbTokenAbi, 'approve'], at.stakeManager, amount);
    await send(wallet, [at.stakeManager, stakeManagerAbi, 'bond'], amount, roles);
  };
  await send(deployer, [at.token, mlbTokenAbi, 'approve'], at.escrow, 10n ** 27n);
  for (const requester of requesters) {
    await send(deployer, [at.escrow, escrowAbi, 'deposit'], addressOf(requester), DEPOSIT_UNITS);
  }
  const rows = await Promise.all(
    Array.from({ length: operators }, async (_, i) => {
      const operator = addressOf(operatorName(i));
      const sessionKey = addressOf(sessionName(i));
      const common = { stakeMlb: 50_000, reputationBps: 5000, runtimeClass: 0, roles: ROLE_COMPUTE };
      return { operatorIndex: i, operator, sessionKey, peerKey: bytes32(`peer ${i}`), ...common };
    }),
  );
  for (const { operatorIndex: i, sessionKey, peerKey } of rows) {
    const wallet = await chain.fundedWallet(accountOfKey(operatorName(i)));
    await stake(wallet, STAKE, ROLE_COMPUTE);
    await send(wallet, [at.operatorRegistry, operatorRegistryAbi, 'register'], sessionKey, peerKey, 0, '0x');
  }
  const provider = await chain.fundedWallet(accountOfKey('provider'));
  await stake(provider, parseEther('10000'), ROLE_MODEL);
  const registered = await send(provider, [at.modelRegistry, modelRegistryAbi, 'registerModel'], {
    providerPeerKey: bytes32('provider peer'),
    cid: 'bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy',
    sha256Digest: bytes32('model file'),
    sizeBytes: 54_000,
    name: 'mnist',
    priceWei: MODEL_PRICE,
    computeUnits: COMPUTE_UNITS,
    mode: 0,
    atolE9: 0n,
    rtolE9: 0n,
    engine: 'onnxruntime 1.30.0',
  });
  const modelId = ModelId(registered.logs[0]?.topics[1] ?? ZERO_BYTES32);
  const sealed = await send(deployer, [at.operatorRegistry, operatorRegistryAbi, 'sealEpoch']);
  const snapshot: Snapshot = { epoch: 1n, sealedAtBlock: sealed.blockNumber, rows };
  const domain = createDomain(deployment.chainId, toAddress(at.settlement));

  const owners = [...requesters.map(addressOf), ...rows.map(({ operator }) => operator), addressOf('provider')];
  const accounts = new Map(
    await Promise.all(
      owners.map(async (owner) => [owner, await read<number>([at.escrow, escrowAbi, 'accountOf'], owner)] as const),
    ),
  );
  const hashes = new Map<bigint, BlockHash>();
  const loadHashes = async (): Promise<void> => {
    const head = await publicClient.getBlockNumber({ cacheTime: 0 });
    // Always anew: a test that goes back to a snapshot has other blocks at the same heights.
    for (let number = head; number >= 0n && number > head - RECENT_BLOCKS; number--) {
      const { hash } = await publicClient.getBlock({ blockNumber: number });
      hashes.set(number, toBlockHash(hash ?? ZERO_BYTES32));
    }
  };

  const view: FraudNetwork['view'] = async () => {
    await loadHashes();
    const { timestamp } = await publicClient.getBlock();
    const nextIndex = await read<bigint>([at.settlement, settlementAbi, 'nextIndex']);
    return {
      domain,
      seedLagBlocks: SEED_LAG,
      nowSec: timestamp,
      lastIndex: nextIndex - 1n,
      lastHeaderDigest: Bytes32(await read<Hex>([at.settlement, settlementAbi, 'head'])),
      baseFee: BASE_FEE,
      epoch: 1n,
      snapshot: (epoch) => (epoch === 1n ? snapshot : undefined),
      snapshotAt: (block) => (block >= sealed.blockNumber ? snapshot : undefined),
      model: (id) =>
        id === modelId
          ? { provider: addressOf('provider'), priceWei: MODEL_PRICE, computeUnits: COMPUTE_UNITS }
          : undefined,
      blockHash: (number) => hashes.get(number),
      accountOf: (owner) => accounts.get(owner),
      escrowUnits: () => DEPOSIT_UNITS,
      isNonceUsed: () => false,
      isTimely: () => true,
      roundBlocks: ROUND_BLOCKS,
    };
  };

  const place: TaskPlace = {
    domain,
    secp256k1,
    snapshot,
    provider: addressOf('provider'),
    seedLagBlocks: SEED_LAG,
    roundBlocks: ROUND_BLOCKS,
    blockHash: (number) => hashes.get(number),
    bytes32,
    sessionKeyOf: (row) => secretOf(sessionName(row)),
  };
  let nonces = 0n;
  const tasks: FraudNetwork['tasks'] = async (choices) => {
    const anchor = await publicClient.getBlock();
    const lastRound = Math.max(0, ...choices.map(({ round = 0 }) => round));
    await chain.testClient.mine({ blocks: SEED_LAG + lastRound * ROUND_BLOCKS + 1 });
    await loadHashes();
    return choices.map((choice) => {
      const body: TaskOrder = {
        requester: addressOf(choice.requester),
        modelId,
        inputKind: 0,
        inputHash: bytes32('input'),
        inputCidDigest: ZERO_BYTES32,
        computeUnits: COMPUTE_UNITS,
        maxFee: 10n ** 18n,
        tipPerSeat: 0n,
        valueAtRisk: 0n,
        redundancy: 4,
        tolClass: 0,
        flags: 0,
        anchorBlock: anchor.number,
        anchorHash: Bytes32(anchor.hash),
        deadline: anchor.timestamp + 600n,
        nonce: nonces++,
        replyKey: bytes32('reply'),
        ...choice.order,
      };
      return settleTask(place, { body, orderKey: secretOf(choice.requester), choice });
    });
  };

  const build: FraudNetwork['build'] = async (list) => {
    const now = await view();
    const { batch, refused } = buildBatch({ view: now, secp256k1, slot: 7n, tasks: list });
    if (batch === undefined || refused.length !== 0) throw new Error(`refused: ${JSON.stringify(refused, bigints)}`);
    return { ...batch, ledger: ledgerOf(batch.leaves.map((leaf) => movementsIn(now, leaf))) };
  };

  const post: FraudNetwork['post'] = async ({ header, deltas, nullifiers }, signers = rows.map((_, row) => row)) => {
    const digest = headerDigestOf(domain, header);
    const signatures = signers.map((row) => ({
      row,
      signature: secp256k1.sign(digest, secretOf(sessionName(row))),
    }));
    const certificate = toHex(encodeBatchCertificate(snapshot, signatures));
    const target = [at.settlement, settlementAbi, 'post'] as const;
    const receipt = await send(deployer, target, header, toHex(deltas), toHex(nullifiers), certificate);
    const posted = { header, certificateHash: keccak256(certificate), deltas: toHex(deltas) };
    return { posted, certificate, receipt };
  };
  return { chain, deployment, domain, snapshot, modelId, deployer, send, read, view, tasks, build, post };
};

const bigints = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? `${value}` : value);

/** What a valid leaf moves, by the protocol. */
export const movementsIn = (view: SettlementView, leaf: BatchLeaf) => {
  const checked = checkTask({ view, secp256k1: nobleSecp256k1 }, leaf);
  if (typeof checked === 'string') throw new Error(`leaf at fault: ${checked}`);
  return movementsOf(checked, batcherOf(view, 1n, 7n) ?? 0);
};
