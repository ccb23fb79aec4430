import {
  type Deployment,
  escrowAbi,
  modelRegistryAbi,
  operatorRegistryAbi,
  settlementAbi,
  stakeManagerAbi,
} from '@mlb/contracts';
import {
  type Address,
  type BatchHeader,
  Bytes32,
  fromHex,
  type Hex,
  ModelId,
  Address as toAddress,
} from '@mlb/protocol';
import { decodeEventLog } from 'viem';
import type { ChainEvent, ChainMovements } from '../port/chain.ts';
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
        header: headerOf(args.header),
        deltas: fromHex(args.deltas),
        nullifiers: fromHex(args.nullifiers),
        transaction: log.transactionHash,
      };
    case 'BatchReverted':
      return { type: 'batch-reverted', index: args.index, movements: movementsOf(args) };
    case 'NoncesFreed':
      return { type: 'nonces-freed', nullifiers: fromHex(args.nullifiers) };
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
    case 'SignersSlashed':
    case 'PostPaused':
    case 'EIP712DomainChanged':
      return undefined;
  }
};

/** Contracts whose events make the node's view of the chain. */
export const watchedAddresses = ({ addresses }: Deployment): readonly Address[] =>
  [
    addresses.stakeManager,
    addresses.operatorRegistry,
    addresses.modelRegistry,
    addresses.escrow,
    addresses.settlement,
  ].map((address) => toAddress(address));

/** Decodes the logs of one deployment, in log order. Throws UNKNOWN_LOG for a log its ABIs do not explain. */
export const createLogDecoder = ({ addresses }: Deployment): ((block: RawBlock) => readonly ChainEvent[]) => {
  const decoders = new Map<Address, Decoder>([
    [toAddress(addresses.stakeManager), decodeStake],
    [toAddress(addresses.operatorRegistry), decodeRegistry],
    [toAddress(addresses.modelRegistry), decodeModel],
    [toAddress(addresses.escrow), decodeEscrow],
    [toAddress(addresses.settlement), decodeSettlement],
  ]);
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
