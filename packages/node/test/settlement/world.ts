import { randomBytes } from 'node:crypto';
import { type Deployment, escrowAbi } from '@mlb/contracts';
import {
  Address,
  assembleCertificate,
  auditBlockOf,
  auditRatePpm,
  auditSeedOf,
  Bytes32,
  blindOf,
  COMMIT,
  createDomain,
  DEVNET_PARAMS,
  type Domain,
  digestOf,
  drawCommittee,
  type Hex,
  hashRecord,
  INPUT_INLINE,
  isAudited,
  lockRootOf,
  RESULT_STATEMENT,
  resultDigestOf,
  type SettledTask,
  seedBlockOf,
  seedOf,
  TASK_ORDER,
  type TaskOrder,
  taskIdOf,
  toHex,
  ZERO_BYTES32,
} from '@mlb/protocol';
import { createChainClient } from '../../src/chain/client.ts';
import { type OpenedChain, openChain } from '../../src/chain/open-chain.ts';
import { protocolErrorsAbi } from '../../src/chain/operator-actions.ts';
import { createTxManager, type TxManager, type TxManagerOptions } from '../../src/chain/tx-manager.ts';
import { systemClock } from '../../src/clock/system.ts';
import { createMemoryContentHub } from '../../src/content/memory.ts';
import { noopMeter } from '../../src/metrics/noop.ts';
import { createMemoryNetwork, type MemoryPeer } from '../../src/network/memory.ts';
import type { Content } from '../../src/port/content.ts';
import type { Signer } from '../../src/port/signer.ts';
import type { Store } from '../../src/port/store.ts';
import { createFoldKeeper, type FoldKeeper } from '../../src/settlement/fold-keeper.ts';
import { createSettlementMember, type SettlementMember } from '../../src/settlement/member.ts';
import { createPostedData } from '../../src/settlement/posted-data.ts';
import { readProofTerms } from '../../src/settlement/proof-terms.ts';
import { createSettler, type Settler } from '../../src/settlement/settler.ts';
import { createWatcher, type Watcher } from '../../src/settlement/watcher.ts';
import { loadSecp256k1 } from '../../src/signing/secp256k1-native.ts';
import { createSigner } from '../../src/signing/signer.ts';
import { createMemoryStore } from '../../src/store/memory.ts';
import { type Evm, startEvm } from '../chain/evm.ts';
import { fundRequester, joinOperator, publishModel } from '../chain/operators.ts';
import { createWatchLog, type WatchLog } from './watch-log.ts';

const STAKES_MLB: readonly bigint[] = [100_000n, 100_000n, 100_000n, 100_000n];
const MAX_OPERATORS = 8;
const PROVIDER = 10;
const REQUESTER = 11;
/** Account of the bot; others may take higher ones. */
export const BOT = 12;
export const WATCHER = 15;
export const FUNDED_UNITS = 10_000_000n;

export const { secp256k1 } = loadSecp256k1();
const slotBlocks = BigInt(DEVNET_PARAMS.batchSlotBlocks);

/** The L2 as a bot reaches it. */
export interface Line {
  readonly client: TxManagerOptions['client'];
  /** The next transaction that was handed to the L2, or lost on the way. */
  readonly sent: () => Promise<void>;
  state: 'up' | 'down' | 'loses-transactions';
}

const createLine = (evm: Evm): Line => {
  const down = createChainClient({ chainId: evm.chainId, rpcUrls: ['http://127.0.0.1:1'] });
  const waiting = new Set<() => void>();
  const sendRaw = async (parameters: Parameters<typeof down.sendRawTransaction>[0]): Promise<Hex> => {
    try {
      if (line.state === 'loses-transactions') throw new Error('killed');
      return await evm.client.sendRawTransaction(parameters);
    } finally {
      for (const tell of waiting) tell();
      waiting.clear();
    }
  };
  const read = (_: unknown, name: string | symbol): unknown => {
    if (line.state === 'down') return Reflect.get(down, name);
    return name === 'sendRawTransaction' ? sendRaw : Reflect.get(evm.client, name);
  };
  const line: Line = {
    client: new Proxy(down, { get: read }) as Line['client'],
    sent: () => new Promise((resolve) => waiting.add(resolve)),
    state: 'up',
  };
  return line;
};

export interface Bot {
  readonly settler: Settler;
  readonly tx: TxManager;
  readonly log: WatchLog;
  readonly line: Line;
  readonly stop: () => Promise<void>;
}

export interface RunningWatcher {
  readonly watcher: Watcher;
  readonly tx: TxManager;
  readonly log: WatchLog;
  readonly account: Address;
  readonly stop: () => Promise<void>;
}

/** Four operators with real stake and keys on a real EVM, a provider, a requester; gossip and content in memory. */
export interface World {
  readonly evm: Evm;
  readonly deployment: Deployment;
  readonly domain: Domain;
  readonly chain: OpenedChain;
  readonly members: readonly SettlementMember[];
  readonly signers: readonly Signer[];
  readonly operators: readonly Address[];
  readonly log: WatchLog;
  readonly requester: Address;
  /** A peer without stake. */
  readonly outsider: MemoryPeer;
  readonly content: Content;
  readonly signAs: (sessionKey: Address, digest: Bytes32) => Uint8Array;
  /** Orders, draws and certifies a task. */
  readonly settleable: (change?: Partial<TaskOrder>) => Promise<SettledTask>;
  /** What every operator's engine holds as settleable. */
  readonly tasks: SettledTask[];
  /** With the store of another bot: that bot after a restart. */
  readonly startBot: (options?: { readonly store?: Store; readonly account?: number }) => Bot;
  /** The members' own. */
  readonly memberFold: FoldKeeper | undefined;
  /** A fold of what was settled, from now on, or from the history that a later reorg shows again. */
  readonly openFold: (store?: Store) => FoldKeeper;
  /** One honest watcher; `isMute`: without an account to act from. */
  readonly startWatcher: (options?: {
    readonly store?: Store;
    readonly account?: number;
    readonly content?: Pick<Content, 'get'>;
    readonly isMute?: boolean;
  }) => RunningWatcher;
  /** Mines to the next batch slot and shows it to everybody: its proposer proposes. */
  readonly nextSlot: () => Promise<void>;
  readonly balances: () => Promise<Balances>;
  readonly close: () => Promise<void>;
}

export interface Balances {
  readonly requesterUnits: bigint;
  /** By account, from 0. */
  readonly earnedUnits: readonly bigint[];
  readonly totalUnits: bigint;
}

const secretKeys = Array.from({ length: MAX_OPERATORS }, () => new Uint8Array(randomBytes(32)));

const memorySigner = (domain: Domain, secretKey: Uint8Array): Signer => {
  const signed = new Map<string, Bytes32>();
  const guard = {
    authorize: async (duty: string, digest: Bytes32) => {
      const first = signed.get(duty) ?? digest;
      if (first !== digest) throw new Error(`${duty} was signed with another value`);
      signed.set(duty, digest);
    },
  };
  return createSigner({ secp256k1, secretKey, domain, guard: guard as Parameters<typeof createSigner>[0]['guard'] });
};

const random32 = (): Bytes32 => Bytes32(toHex(new Uint8Array(randomBytes(32))));

const secretOf = (sessionKey: Address): Uint8Array => {
  const secretKey = secretKeys.find((key) => secp256k1.addressOf(key) === sessionKey);
  if (secretKey === undefined) throw new Error('the session key of a stranger');
  return secretKey;
};

/** A certificate by every drawn seat, as an honest committee makes it. */
const certify = (world: Pick<World, 'domain' | 'chain'>, order: TaskOrder, signature: Uint8Array): SettledTask => {
  const { domain, chain } = world;
  const taskId = taskIdOf(domain, order);
  const seedBlock = order.anchorBlock + BigInt(DEVNET_PARAMS.seedLagBlocks);
  const blockHash = chain.indexer.blockHash(seedBlock);
  const snapshot = chain.state.snapshotAt(order.anchorBlock);
  const provider = chain.state.model(order.modelId)?.provider;
  if (blockHash === undefined || snapshot === undefined || provider === undefined)
    throw new Error('world is not ready');
  const seed = seedOf({ domain, taskId, round: 0, blockHash });
  const exclude = [order.requester, provider];
  const seats = drawCommittee({ seed, snapshot, redundancy: order.redundancy, exclude }) ?? [];
  const shares = seats.map((_, seat) => ({ seat, blindShare: random32() }));
  const locked = shares.map(({ seat, blindShare }) => ({
    seat,
    commitStructHash: hashRecord(COMMIT, { taskId, round: 0, seat, commitHash: random32(), blindShare }),
  }));
  const statement = {
    ...{ taskId, round: 0, epoch: snapshot.epoch, seatCount: seats.length, lockRoot: lockRootOf(locked) },
    resultDigest: resultDigestOf(taskId, blindOf(shares), random32()),
  };
  const digest = digestOf(domain, RESULT_STATEMENT, statement);
  const signatures = seats.map(({ sessionKey }, seat) => ({
    seat,
    signature: secp256k1.sign(digest, secretOf(sessionKey)),
  }));
  const certificate = assembleCertificate({ statement, signatures, locked });
  return { order: { body: order, signature }, certificate, declines: [], audit: undefined, verdict: undefined };
};

const isToBeAudited = ({ domain, chain }: Pick<World, 'domain' | 'chain'>, order: TaskOrder): boolean => {
  const seedBlock = seedBlockOf(order.anchorBlock, DEVNET_PARAMS.seedLagBlocks);
  const blockHash = chain.indexer.blockHash(auditBlockOf(seedBlock, DEVNET_PARAMS.auditLagBlocks));
  if (blockHash === undefined) throw new Error('the audit block is not mined');
  const { redundancy, valueAtRisk } = order;
  const seed = auditSeedOf({ domain, taskId: taskIdOf(domain, order), blockHash });
  return isAudited(seed, auditRatePpm({ redundancy, valueAtRisk, hasSilentSeat: false }));
};

export interface WorldOptions {
  /** One operator each. */
  readonly stakesMlb?: readonly bigint[];
  readonly challengeWindowSec?: number;
  /** Whether the members fold what is settled, as daemons do. */
  readonly withFold?: boolean;
}

export const createWorld = async (options: WorldOptions = {}): Promise<World> => {
  const { stakesMlb = STAKES_MLB, challengeWindowSec = 1, withFold = false } = options;
  const evm = await startEvm();
  const deployment = await evm.deploy({
    ...{
      initialBaseFee: withFold ? 10n ** 14n : 10n ** 12n,
      challengeWindowSec,
      payoutDelaySec: challengeWindowSec + 1,
    },
    ...{ unbondSec: challengeWindowSec + 4, seedLagBlocks: DEVNET_PARAMS.seedLagBlocks },
  });
  const domain = createDomain(evm.chainId, Address(deployment.addresses.settlement));
  const chain = openChain({ deployment, rpcUrls: [evm.rpcUrl], store: createMemoryStore(), clock: systemClock });
  const network = createMemoryNetwork(systemClock);
  const hub = createMemoryContentHub();
  const log = createWatchLog();
  const tasks: SettledTask[] = [];
  const signers = stakesMlb.map((_, i) => memorySigner(domain, secretKeys[i] ?? new Uint8Array(0)));
  const operators: Address[] = [];
  const members: SettlementMember[] = [];
  const folds: FoldKeeper[] = [];
  const context = {
    domain,
    params: DEVNET_PARAMS,
    chain: chain.indexer,
    state: chain.state,
    secp256k1,
    meter: noopMeter,
  };
  const openFold: World['openFold'] = (store = createMemoryStore()) => {
    const data = createPostedData({ ...context, content: hub.join(), store });
    const fold = createFoldKeeper({ ...context, data, store, log });
    chain.indexer.subscribe(fold);
    folds.push(fold);
    return fold;
  };
  const memberFold = withFold ? openFold() : undefined;
  const memberContext = memberFold === undefined ? context : { ...context, fold: memberFold };
  for (const [i, signer] of signers.entries()) {
    const { operator, peerKey } = await joinOperator(evm, deployment, {
      ...{ accountIndex: i + 1, sessionKey: signer.sessionKey, stakeMlb: stakesMlb[i] ?? 0n },
    });
    operators.push(operator);
    const { gossip } = network.join({ peerKey });
    const source = {
      settleable: () => tasks,
      isTimely: () => true,
      isDisputed: () => false,
      isSettleable: () => true,
      heardAfterAuditBlock: () => false,
      hasVerdict: () => false,
    };
    const member = createSettlementMember({ ...memberContext, source, content: hub.join(), gossip, signer, log });
    members.push(member);
    chain.indexer.subscribe(member);
  }
  const provider = await publishModel(evm, deployment, { accountIndex: PROVIDER, priceWei: 10n ** 10n });
  await fundRequester(evm, deployment, { accountIndex: REQUESTER, units: FUNDED_UNITS });
  await provider.sealEpoch('seal');
  await chain.indexer.start();
  await chain.indexer.refresh();

  const requester = Address(evm.account(REQUESTER).address);
  let nonce = 0n;
  const bots: Bot[] = [];
  const watchers: RunningWatcher[] = [];
  const settleable: World['settleable'] = async (change = {}) => {
    const anchor = chain.indexer.head();
    const model = chain.state.models()[0];
    if (model === undefined) throw new Error('no model');
    const order: TaskOrder = {
      ...{ requester, modelId: model.modelId, inputKind: INPUT_INLINE, inputHash: random32(), flags: 0 },
      ...{ inputCidDigest: ZERO_BYTES32, computeUnits: model.computeUnits, maxFee: 10n ** 18n, tipPerSeat: 0n },
      ...{ valueAtRisk: 0n, redundancy: 4, tolClass: 0, anchorBlock: anchor.number, anchorHash: anchor.hash },
      ...{ deadline: anchor.timestamp + 600n, nonce: nonce++, replyKey: random32() },
      ...change,
    };
    const signature = secp256k1.sign(digestOf(domain, TASK_ORDER, order), evm.secretKey(REQUESTER));
    await evm.mine(DEVNET_PARAMS.seedLagBlocks + DEVNET_PARAMS.auditLagBlocks);
    await chain.indexer.refresh();
    const task = certify({ domain, chain }, order, signature);
    // One in twenty is to be audited: then another one is ordered.
    return isToBeAudited({ domain, chain }, order) ? settleable(change) : task;
  };

  return {
    evm,
    deployment,
    domain,
    chain,
    members,
    signers,
    operators,
    log,
    requester,
    tasks,
    outsider: network.join(),
    content: hub.join(),
    signAs: (sessionKey, digest) => secp256k1.sign(digest, secretOf(sessionKey)),
    settleable,
    openFold,
    memberFold,
    startWatcher: ({ store = createMemoryStore(), account = WATCHER, content = hub.join(), isMute = false } = {}) => {
      const watcherLog = createWatchLog();
      const tx = createTxManager({
        ...{ client: evm.client, chainId: evm.chainId, account: evm.account(account), store },
        ...{ clock: systemClock, pollMs: 10, errorsAbi: protocolErrorsAbi },
      });
      tx.start();
      const watcher = createWatcher({
        ...{ ...context, deployment, content, store, client: evm.client, challengeWindowSec },
        ...{ terms: () => readProofTerms(evm.client, deployment), tx: isMute ? undefined : tx, log: watcherLog },
      });
      const unsubscribe = chain.indexer.subscribe(watcher);
      const stop = async (): Promise<void> => {
        unsubscribe();
        await watcher.stop();
        await tx.stop();
      };
      const running = { watcher, tx, log: watcherLog, account: Address(evm.account(account).address), stop };
      watchers.push(running);
      return running;
    },
    startBot: ({ store = createMemoryStore(), account = BOT } = {}) => {
      const peer = network.join();
      const line = createLine(evm);
      const botLog = createWatchLog();
      const tx = createTxManager({
        ...{ client: line.client, chainId: evm.chainId, account: evm.account(account), store },
        ...{ clock: systemClock, pollMs: 10, errorsAbi: protocolErrorsAbi },
      });
      tx.start();
      const settler = createSettler({
        ...context,
        deployment,
        epochBlocks: 5n,
        challengeWindowSec,
        ...(memberFold === undefined ? {} : { fold: memberFold }),
        tx,
        store,
        gossip: peer.gossip,
        log: botLog,
      });
      const unsubscribe = chain.indexer.subscribe(settler);
      const stop = async (): Promise<void> => {
        unsubscribe();
        peer.leave();
        await settler.stop();
        await tx.stop();
      };
      const bot = { settler, tx, log: botLog, line, stop };
      bots.push(bot);
      return bot;
    },
    nextSlot: async () => {
      const { number } = chain.indexer.head();
      await evm.mine(Number(slotBlocks - (number % slotBlocks)));
      await chain.indexer.refresh();
    },
    balances: async () => {
      const contract = { address: deployment.addresses.escrow, abi: escrowAbi } as const;
      const count = await evm.client.readContract({ ...contract, functionName: 'accountCount' });
      const accounts = Array.from({ length: count + 1 }, (_, account) => account);
      const read = (functionName: 'earnedOf' | 'escrowOf') =>
        Promise.all(accounts.map((account) => evm.client.readContract({ ...contract, functionName, args: [account] })));
      const [earnedUnits, escrowUnits] = await Promise.all([read('earnedOf'), read('escrowOf')]);
      const account = chain.state.accountOf(requester) ?? 0;
      const totalUnits = [...earnedUnits, ...escrowUnits].reduce((sum, units) => sum + units, 0n);
      return { requesterUnits: escrowUnits[account] ?? 0n, earnedUnits, totalUnits };
    },
    close: async () => {
      for (const bot of bots) await bot.stop();
      for (const watcher of watchers) await watcher.stop();
      for (const fold of folds) await fold.stop();
      for (const member of members) await member.stop();
      await chain.indexer.stop();
      await evm.close();
    },
  };
};
