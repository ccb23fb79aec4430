import type { ContractAddress, FurtherContract } from './deployment.ts';

/** A part of the initial supply; the holder is an address or a contract of this deployment. */
export interface TokenAllocation {
  readonly holder: ContractAddress | FurtherContract;
  readonly amountWei: bigint;
}

/** How token holders decide; every default suits a real network. */
export interface GovernanceParams {
  /** Longer than every exit; default: a second longer than the longest. */
  readonly timelockSec?: number;
  /** From proposal to snapshot; default a day. */
  readonly votingDelaySec?: number;
  /** Default five days. */
  readonly votingPeriodSec?: number;
  /** By so much a quorum that comes late extends the vote; default a day. */
  readonly lateQuorumSec?: number;
  /** Default one million MLB. */
  readonly proposalThresholdWei?: bigint;
  /** How long a bond must stand to vouch for its operator; default 90 days. */
  readonly identitySec?: number;
}

/** What is fixed for ever at deployment. */
export interface ProtocolParams {
  /** Gets the whole initial supply of MLB, unless `allocations` says otherwise. */
  readonly initialHolder: ContractAddress;
  /** Parts of the initial supply; their sum is 1 000 000 000 MLB. */
  readonly allocations?: readonly TokenAllocation[];
  /** Owns escrow account 1; an address or a contract of this deployment. */
  readonly treasury: ContractAddress | FurtherContract;
  /** Pauses `post`, cancels proposals, vetoes mass slashes and reward roots; nothing else. Default: the initial holder. */
  readonly guardian?: ContractAddress;
  /** Least number of blocks between two epoch seals. */
  readonly epochBlocks: number;
  readonly challengeWindowSec: number;
  /** At least the life of an order and the lag of its settlement. */
  readonly escrowDelaySec: number;
  /** At least the challenge window. */
  readonly payoutDelaySec: number;
  /** At least the challenge window and the veto time. */
  readonly unbondSec: number;
  /** Time to veto a mass slash; default: what unbonding leaves after the challenge window. */
  readonly vetoSec?: number;
  /** Period of emission and rewards, at least the challenge window; default a day. */
  readonly rewardPeriodSec?: number;
  /** Time to veto a root of rewards; default two days. */
  readonly claimDelaySec?: number;
  /** Gets what vests over four years; default: the initial holder. */
  readonly team?: ContractAddress;
  /** When vesting starts, in seconds; default 0, long ago. */
  readonly vestingStartSec?: number;
  readonly governance?: GovernanceParams;
  /** Wei per million compute units; default 1e18. */
  readonly initialBaseFee?: bigint;
  /** Blocks from an order's anchor to the block that seeds its committee; default 2, as in NetworkParams. */
  readonly seedLagBlocks?: number;
  /** Blocks from the block that seeds one round of a task to the next round's; default 18, as in NetworkParams. */
  readonly roundBlocks?: number;
  /**
   * Who judges batch certificates: plain signatures, or, where the epoch has more than `maxEcdsaRows` rows, one aggregated
   * BLS signature, which needs EIP-2537. Default 'ecdsa', the only kind that nodes make so far.
   */
  readonly certificate?: 'ecdsa' | 'by-size';
  /** Default 30: above it one aggregate costs less than the signatures of 70 % of the rows. */
  readonly maxEcdsaRows?: number;
  /** Batch slots in a day of reputation and downtime; default 1440, as in NetworkParams. */
  readonly slotsPerDay?: number;
  /** Blocks of a batch slot; default 30, as in NetworkParams. */
  readonly batchSlotBlocks?: number;
  /** How much later than an order's deadline its batch may come; default 600. */
  readonly lateGraceSec?: number;
  /** Time to answer a data challenge; default half the challenge window. */
  readonly respondSec?: number;
  /** What a data challenge costs until it is won; default 0.001 ether. */
  readonly challengeBondWei?: bigint;
}

const MILLION_MLB = 10n ** 24n;

/** The white paper's distribution (6.1.2): community 40, team 15, ecosystem 20, liquidity 10, reserve 15 %. */
export const allocationsOfPaper = (liquidity: ContractAddress): readonly TokenAllocation[] => [
  { holder: 'rewardsVault', amountWei: 400n * MILLION_MLB },
  { holder: 'teamVesting', amountWei: 150n * MILLION_MLB },
  { holder: 'ecosystemFund', amountWei: 200n * MILLION_MLB },
  { holder: liquidity, amountWei: 100n * MILLION_MLB },
  { holder: 'reserveFund', amountWei: 150n * MILLION_MLB },
];
