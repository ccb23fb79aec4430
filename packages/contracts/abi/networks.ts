import type { ProtocolParams } from './params.ts';

export type NetworkName =
  | 'devnet'
  | 'ethereum'
  | 'sepolia'
  | 'optimism'
  | 'base'
  | 'base-sepolia'
  | 'polygon'
  | 'arbitrum';

/** Delays and sizes of a deployment: what does not name an account. */
export type ParamsPreset = Omit<
  ProtocolParams,
  'initialHolder' | 'allocations' | 'treasury' | 'guardian' | 'team' | 'vestingStartSec'
>;

/** What a chain allows, as far as the protocol depends on it. */
export interface NetworkPreset {
  readonly name: NetworkName;
  /** Undefined: any, for a chain of one's own. */
  readonly chainId: number | undefined;
  readonly kind: 'devnet' | 'ethereum' | 'op-stack' | 'polygon' | 'arbitrum';
  /** Most gas of one transaction; undefined where no cap below the block's is known. */
  readonly txGasCap: bigint | undefined;
  /** EIP-2537, which CertBls needs; the deployment asks the chain itself as well. */
  readonly hasBls12381: boolean;
  /** EIP-7623: 40 gas a non-zero byte of calldata at least. */
  readonly hasCalldataFloor: boolean;
  /** Whether users may send blobs. No L2 takes them; the protocol's data stays off chain everywhere. */
  readonly hasBlobs: boolean;
  /** Why nothing can be deployed there, if so. */
  readonly refused: string | undefined;
  readonly params: ParamsPreset;
}

const DAY_SEC = 86_400;

/**
 * A day to challenge, half of it to answer. Payouts leave a day after that, stake a week after it began to, and what
 * governance decides holds two weeks after it was decided.
 */
const MAINNET: ParamsPreset = {
  epochBlocks: 300,
  challengeWindowSec: DAY_SEC,
  respondSec: DAY_SEC / 2,
  escrowDelaySec: 2 * DAY_SEC,
  payoutDelaySec: 2 * DAY_SEC,
  unbondSec: 7 * DAY_SEC,
  vetoSec: 3 * DAY_SEC,
  rewardPeriodSec: 7 * DAY_SEC,
  claimDelaySec: 3 * DAY_SEC,
  seedLagBlocks: 2,
  roundBlocks: 18,
  slotsPerDay: 1440,
  batchSlotBlocks: 30,
  governance: { timelockSec: 14 * DAY_SEC },
};

const DEVNET: ParamsPreset = {
  epochBlocks: 8,
  challengeWindowSec: 30,
  escrowDelaySec: 120,
  payoutDelaySec: 60,
  unbondSec: 120,
  rewardPeriodSec: 60,
  claimDelaySec: 30,
  // Of DEVNET_PARAMS: a contract that draws with other blocks would convict honest batches.
  seedLagBlocks: 6,
  roundBlocks: 24,
  slotsPerDay: 150,
  batchSlotBlocks: 4,
  governance: { votingDelaySec: 10, votingPeriodSec: 60, lateQuorumSec: 10, identitySec: 60 },
};

/** EIP-7825, live on Ethereum since Fusaka. */
const ETHEREUM_TX_GAS = 16_777_216n;
const POLYGON_TX_GAS = 32_000_000n;
const ARBITRUM_TX_GAS = 32_000_000n;

type Rest = Omit<NetworkPreset, 'name' | 'chainId'>;

const ETHEREUM: Rest = {
  kind: 'ethereum',
  txGasCap: ETHEREUM_TX_GAS,
  hasBls12381: true,
  hasCalldataFloor: true,
  hasBlobs: true,
  refused: undefined,
  params: MAINNET,
};

/** Blobs are disabled since Ecotone, EIP-2537 is live since Isthmus. */
const OP_STACK: Rest = { ...ETHEREUM, kind: 'op-stack', txGasCap: ETHEREUM_TX_GAS, hasBlobs: false };

const POLYGON: Rest = { ...ETHEREUM, kind: 'polygon', txGasCap: POLYGON_TX_GAS, hasBlobs: false };

const ARBITRUM: Rest = {
  ...ETHEREUM,
  kind: 'arbitrum',
  txGasCap: ARBITRUM_TX_GAS,
  hasCalldataFloor: false,
  hasBlobs: false,
  refused:
    'block.number is the number of an L1 block there, while orders are anchored in blocks of the L2. Use an OP Stack chain, Polygon or Ethereum.',
};

const LOCAL: Rest = { ...ETHEREUM, kind: 'devnet', txGasCap: undefined, hasBlobs: false, params: DEVNET };

/** Networks the protocol knows. */
export const NETWORKS: Readonly<Record<NetworkName, NetworkPreset>> = {
  devnet: { name: 'devnet', chainId: undefined, ...LOCAL },
  ethereum: { name: 'ethereum', chainId: 1, ...ETHEREUM },
  sepolia: { name: 'sepolia', chainId: 11_155_111, ...ETHEREUM },
  optimism: { name: 'optimism', chainId: 10, ...OP_STACK },
  base: { name: 'base', chainId: 8453, ...OP_STACK },
  'base-sepolia': { name: 'base-sepolia', chainId: 84_532, ...OP_STACK },
  polygon: { name: 'polygon', chainId: 137, ...POLYGON },
  arbitrum: { name: 'arbitrum', chainId: 42_161, ...ARBITRUM },
};
