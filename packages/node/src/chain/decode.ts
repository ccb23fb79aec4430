import {
  type Deployment,
  dataChallengesAbi,
  escrowAbi,
  modelRegistryAbi,
  operatorRegistryAbi,
  settlementAbi,
  stakeManagerAbi,
  taskInboxAbi,
} from '@mlb/contracts';
import {
  type Address,
  type BatchHeader,
  BlockHash,
  Bytes32,
  fromHex,
  type Hex,
  ModelId,
  TaskId,
  Address as toAddress,
} from '@mlb/protocol';
import { decodeEventLog } from 'viem';
import type { BatchPart, ChainEvent, ChainMovements } from '../port/chain.ts';
import type { RawBlock, RawLog } from './block-source.ts';
import { ChainError } from './error.ts';

/** `undefined`: a log that nobody here needs. */
type Decoder = (log: RawLog) => ChainEvent | undefined;

const inputOf = ({ data, topics }: RawLog): { readonly data: Hex; readonly topics: [Hex, ...Hex[]] } => ({
  data,
  topics: topics as [Hex, ...Hex[]],
});

const decodeStake: Decoder = (log) => {
  const { eventName, args } = decodeEventLog({ abi: stakeManagerAbi, ...inputOf(log) });
  switch (eventName) {
    case 'Slashed': {
      const { operator, amount, bps, reporter } = args;
      return { type: 'slashed', operator: toAddress(operator), amountWei: amount, bps, reporter: toAddress(reporter) };
    }
    case 'StakeChanged': {
      const { active, unbonding, roles, tombstoned } = args;
      const operator = toAddress(args.operator);
      return { type: 'stake-changed', operator, activeWei: active, unbondingWei: unbonding, roles, tombstoned };
    }
    // Votes of staked tokens and the insurance pool: governance, which the node takes no part in.
    case 'DelegateChanged':
    case 'DelegateVotesChanged':
    case 'EIP712DomainChanged':
    case 'InsurancePaid':
      return undefined;
  }
};

interface KeyArgs {
  readonly operator: Hex;
  readonly sessionKey: Hex;
  readonly peerKey: Hex;
  readonly bindingSignature: Hex;
  readonly nonce: bigint;
}

const keysOf = ({ operator, sessionKey, peerKey, bindingSignature, nonce }: KeyArgs) => ({
  operator: toAddress(operator),
  sessionKey: toAddress(sessionKey),
  peerKey: Bytes32(peerKey),
  bindingSignature: fromHex(bindingSignature),
  nonce,
});

const decodeRegistry: Decoder = (log) => {
  const { eventName, args } = decodeEventLog({ abi: operatorRegistryAbi, ...inputOf(log) });
  switch (eventName) {
    case 'OperatorRegistered': {
      const { operatorIndex, runtimeClass } = args;
      return { type: 'operator-registered', operatorIndex, runtimeClass, ...keysOf(args) };
    }
    case 'SessionKeyRotated':
      return { type: 'session-key-rotated', ...keysOf(args) };
    case 'ReputationSet':
      return { type: 'reputation-set', operator: toAddress(args.operator), reputationBps: args.reputationBps };
    case 'EpochSealed':
      return { type: 'epoch-sealed', ...args, rowsHash: Bytes32(args.rowsHash) };
  }
};

const decodeModel: Decoder = (log) => {
  const { eventName, args } = decodeEventLog({ abi: modelRegistryAbi, ...inputOf(log) });
  switch (eventName) {
    case 'ModelStatusSet':
      return { type: 'model-status', modelId: ModelId(args.modelId), active: args.active };
    case 'ModelRegistered': {
      const { sha256Digest, providerPeerKey, ...record } = args.model;
      return {
        ...record,
        type: 'model-registered',
        modelId: ModelId(args.modelId),
        provider: toAddress(args.provider),
        providerPeerKey: Bytes32(providerPeerKey),
        sha256: Bytes32(sha256Digest),
      };
    }
    // A version is announced by ModelRegistered too, a quarantine by ModelStatusSet.
    case 'ModelVersionAdded':
    case 'ModelQuarantineSet':
    case 'ModelReputationSet':
    case 'Upgraded':
      return undefined;
  }
};

const decodeEscrow: Decoder = (log) => {
  const { eventName, args } = decodeEventLog({ abi: escrowAbi, ...inputOf(log) });
  switch (eventName) {
    case 'AccountOpened':
      return { type: 'account-opened', account: args.account, owner: toAddress(args.owner) };
    case 'Deposited':
      return { type: 'deposited', ...args };
    case 'WithdrawalRequested':
      return { type: 'withdrawal-requested', ...args };
    case 'Withdrawn': {
      const { kind, account, units } = args;
      return { type: 'withdrawn', kind, account, units };
    }
  }
};

type RawHeader = Omit<BatchHeader, `${string}Hash` | `${string}Root` | 'dataCidDigest'> &
  Record<Extract<keyof BatchHeader, `${string}Hash` | `${string}Root` | 'dataCidDigest'>, Hex>;

const headerOf = (raw: RawHeader): BatchHeader => ({
  ...raw,
  prevHash: Bytes32(raw.prevHash),
  leavesRoot: Bytes32(raw.leavesRoot),
  ledgerRoot: Bytes32(raw.ledgerRoot),
  deltasHash: Bytes32(raw.deltasHash),
  nullifiersHash: Bytes32(raw.nullifiersHash),
  slashesRoot: Bytes32(raw.slashesRoot),
  reputationRoot: Bytes32(raw.reputationRoot),
  dataCidDigest: Bytes32(raw.dataCidDigest),
});

const movementsOf = (args: {
  readonly deltas: Hex;
  readonly treasuryUnits: bigint;
  readonly burnUnits: bigint;
}): ChainMovements => ({
  deltas: fromHex(args.deltas),
  treasuryUnits: args.treasuryUnits,
  burnUnits: args.burnUnits,
});

const decodeSettlement: Decoder = (log) => {
  const { eventName, args } = decodeEventLog({ abi: settlementAbi, ...inputOf(log) });
  switch (eventName) {
    case 'BaseFeeSet':
      return { type: 'base-fee-set', baseFee: args.baseFee };
    case 'BatchPosted':
      return {
        type: 'batch-posted',
        index: args.index,
        headerDigest: Bytes32(args.headerDigest),
        certificateHash: Bytes32(args.certificateHash),
        header: headerOf(args.header),
        deltas: fromHex(args.deltas),
        nullifiers: fromHex(args.nullifiers),
        transaction: log.transactionHash,
      };
    case 'BatchReverted':
      return { type: 'batch-reverted', index: args.index, movements: movementsOf(args) };
    case 'NoncesFreed':
      return { type: 'nonces-freed', index: args.index, nullifiers: fromHex(args.nullifiers) };
    case 'SignersSlashed':
      return { type: 'signers-slashed', index: args.index, punished: args.to };
    case 'ItemSettled':
      return {
        type: 'item-settled',
        taskId: Bytes32(args.taskId),
        movements: movementsOf(args),
        nullifiers: fromHex(args.nullifiers),
      };
    // Slashes are told by `slashed` and `stake-changed`; EIP712DomainChanged is inherited and never emitted. A pause shows
    // when a post is refused.
    case 'EquivocationSlashed':
    case 'FalseRevealSlashed':
    case 'PostPaused':
    case 'EIP712DomainChanged':
      return undefined;
  }
};

const PARTS: readonly BatchPart[] = ['leaf', 'row'];

const decodeChallenge: Decoder = (log) => {
  const { eventName, args } = decodeEventLog({ abi: dataChallengesAbi, ...inputOf(log) });
  switch (eventName) {
    case 'DataChallenged': {
      const { index, place, deadlineSec, challenger } = args;
      const part = PARTS[args.part] ?? 'leaf';
      const commit = Bytes32(args.commit);
      return { type: 'data-challenged', index, commit, part, place, challenger: toAddress(challenger), deadlineSec };
    }
    case 'DataAnswered': {
      const part = PARTS[args.part] ?? 'leaf';
      const { transactionHash: transaction } = log;
      return { type: 'data-answered', commit: Bytes32(args.commit), part, place: args.place, transaction };
    }
    // `batch-reverted` tells the rest; bonds are their owners' business.
    case 'FraudProven':
    case 'Collected':
      return undefined;
  }
};

const decodeInbox: Decoder = (log) => {
  const { eventName, args } = decodeEventLog({ abi: taskInboxAbi, ...inputOf(log) });
  switch (eventName) {
    case 'TaskForced': {
      const { order } = args;
      return {
        type: 'task-forced',
        taskId: TaskId(args.taskId),
        order: {
          ...order,
          requester: toAddress(order.requester),
          modelId: ModelId(order.modelId),
          inputHash: Bytes32(order.inputHash),
          inputCidDigest: Bytes32(order.inputCidDigest),
          anchorHash: BlockHash(order.anchorHash),
          replyKey: Bytes32(order.replyKey),
        },
        inlineInput: fromHex(args.inlineInput),
      };
    }
    case 'TaskClosed':
      return { type: 'task-closed', taskId: TaskId(args.taskId), isSettled: args.settled };
  }
};

/** Contracts whose events make the node's view of the chain. The last two are missing in old deployments. */
const decodersOf = ({ addresses }: Deployment): ReadonlyMap<Address, Decoder> => {
  const decoders: readonly (readonly [string | undefined, Decoder])[] = [
    [addresses.stakeManager, decodeStake],
    [addresses.operatorRegistry, decodeRegistry],
    [addresses.modelRegistry, decodeModel],
    [addresses.escrow, decodeEscrow],
    [addresses.settlement, decodeSettlement],
    [addresses.dataChallenges, decodeChallenge],
    [addresses.taskInbox, decodeInbox],
  ];
  return new Map(
    decoders.flatMap(([address, decode]) => (address === undefined ? [] : [[toAddress(address), decode]])),
  );
};

export const watchedAddresses = (deployment: Deployment): readonly Address[] => [...decodersOf(deployment).keys()];

/** Decodes the logs of one deployment, in log order. Throws UNKNOWN_LOG for a log its ABIs do not explain. */
export const createLogDecoder = (deployment: Deployment): ((block: RawBlock) => readonly ChainEvent[]) => {
  const decoders = decodersOf(deployment);
  const decode = (log: RawLog, block: bigint): ChainEvent | undefined => {
    try {
      return decoders.get(log.address)?.(log);
    } catch (cause) {
      throw new ChainError(
        'UNKNOWN_LOG',
        `block ${block}: ${log.address} logged ${log.topics[0]}, which this version does not know. Use the release that belongs to the deployment.`,
        { cause },
      );
    }
  };
  return ({ ref, logs }) => logs.flatMap((log) => decode(log, ref.number) ?? []);
};
