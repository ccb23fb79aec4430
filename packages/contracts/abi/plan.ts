import { type Abi, getContractAddress } from 'viem';
import {
  CORE_CONTRACTS,
  type ContractAddress,
  type CoreContract,
  FURTHER_CONTRACTS,
  type FurtherContract,
} from './deployment.ts';
import * as code from './generated.ts';

/** A part of the initial supply; the holder is an address or a contract of this deployment. */
export interface TokenAllocation {
  readonly holder: ContractAddress | FurtherContract;
  readonly amountWei: bigint;
}

/** What is fixed for ever at deployment. */
export interface ProtocolParams {
  /** Gets the whole initial supply of MLB, unless `allocations` says otherwise. */
  readonly initialHolder: ContractAddress;
  /** Parts of the initial supply; their sum is 1 000 000 000 MLB. */
  readonly allocations?: readonly TokenAllocation[];
  /** Owns escrow account 1. */
  readonly treasury: ContractAddress;
  /** Pauses `post`, cancels proposals, vetoes mass slashes and reward roots; nothing else. Default: the treasury. */
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
  /** Wei per million compute units; default 1e18. */
  readonly initialBaseFee?: bigint;
  /** Blocks from an order's anchor to the block that seeds its committee; default 2, as in NetworkParams. */
  readonly seedLagBlocks?: number;
  /** How much later than an order's deadline its batch may come; default 600. */
  readonly lateGraceSec?: number;
  /** Time to answer a data challenge; default half the challenge window. */
  readonly respondSec?: number;
  /** What a data challenge costs until it is won; default 0.001 ether. */
  readonly challengeBondWei?: bigint;
}

/** Everything that is created, in the order of the nonces. */
export type Created = CoreContract | FurtherContract | `${FurtherContract | CoreContract}Code`;
export type PlannedAddresses = Readonly<Record<Created, ContractAddress>>;

export interface Creation {
  readonly name: Created;
  readonly abi: Abi;
  readonly bytecode: `0x${string}`;
  readonly args: readonly unknown[];
}

/** The contracts behind proxies come just before them; Settlement checks those it uses, so they come before it. */
const ORDER: readonly Created[] = [
  'token',
  'stakeManager',
  'operatorRegistry',
  'modelRegistry',
  'escrow',
  'certificate',
  'settlement',
  'slasher',
  'taskInbox',
  'rewardsVaultCode',
  'rewardsVault',
  'blockHashes',
  'ledgerProofs',
  'leafProofs',
  'dataChallenges',
];

/** The contracts are wired by immutables: everyone's address is known before the first is created. */
export const predictAddresses = (from: ContractAddress, firstNonce: number): PlannedAddresses =>
  Object.fromEntries(
    ORDER.map((name, i) => [name, getContractAddress({ from, nonce: BigInt(firstNonce + i) }).toLowerCase()]),
  ) as unknown as PlannedAddresses;

const INITIAL_SUPPLY_WEI = 10n ** 27n;

const allocationsOf = (at: PlannedAddresses, { allocations, initialHolder }: ProtocolParams) =>
  (allocations ?? [{ holder: initialHolder, amountWei: INITIAL_SUPPLY_WEI }]).map(({ holder, amountWei }) => ({
    holder: holder.startsWith('0x') ? holder : at[holder as FurtherContract],
    amountWei,
  }));

type Part = Omit<Creation, 'name'>;

const coreParts = (at: PlannedAddresses, params: ProtocolParams): Record<CoreContract, Part> => {
  const { treasury, epochBlocks, challengeWindowSec, escrowDelaySec, payoutDelaySec, unbondSec } = params;
  return {
    token: {
      abi: code.mlbTokenAbi,
      bytecode: code.mlbTokenBytecode,
      args: [allocationsOf(at, params), at.rewardsVault, at.escrow, BigInt(params.rewardPeriodSec ?? 86_400)],
    },
    stakeManager: {
      abi: code.stakeManagerAbi,
      bytecode: code.stakeManagerBytecode,
      args: [at.token, at.operatorRegistry, at.settlement, at.slasher, treasury, BigInt(unbondSec)],
    },
    operatorRegistry: {
      abi: code.operatorRegistryAbi,
      bytecode: code.operatorRegistryBytecode,
      args: [at.stakeManager, at.escrow, at.settlement, BigInt(epochBlocks)],
    },
    modelRegistry: {
      abi: code.modelRegistryAbi,
      bytecode: code.modelRegistryBytecode,
      args: [at.stakeManager, at.escrow],
    },
    escrow: {
      abi: code.escrowAbi,
      bytecode: code.escrowBytecode,
      args: [at.token, at.settlement, at.taskInbox, treasury, BigInt(escrowDelaySec), BigInt(payoutDelaySec)],
    },
    certificate: { abi: code.certEcdsaAbi, bytecode: code.certEcdsaBytecode, args: [at.operatorRegistry] },
    settlement: {
      abi: code.settlementAbi,
      bytecode: code.settlementBytecode,
      args: [
        at.operatorRegistry,
        at.stakeManager,
        at.escrow,
        at.certificate,
        BigInt(challengeWindowSec),
        params.initialBaseFee ?? 10n ** 18n,
        params.guardian ?? treasury,
        [at.ledgerProofs, at.leafProofs, at.dataChallenges],
      ],
    },
  };
};

/** Forced orders live at least half a minute and at most as long as escrow is held for them. */
const MIN_FORCED_LIFE_SEC = 30n;

const proxyTo = (implementation: ContractAddress): Part => ({
  abi: code.governedProxyAbi,
  bytecode: code.governedProxyBytecode,
  args: [implementation],
});

const furtherParts = (at: PlannedAddresses, params: ProtocolParams) => {
  const { treasury, challengeWindowSec, escrowDelaySec, unbondSec } = params;
  const guardian = params.guardian ?? treasury;
  const vetoSec = params.vetoSec ?? Math.max(0, unbondSec - challengeWindowSec);
  const wiring = {
    governance: treasury,
    guardian,
    token: at.token,
    registry: at.operatorRegistry,
    settlement: at.settlement,
    certificate: at.certificate,
    periodSec: BigInt(params.rewardPeriodSec ?? 86_400),
    claimDelaySec: BigInt(params.claimDelaySec ?? 172_800),
  };
  return {
    slasher: {
      abi: code.slasherAbi,
      bytecode: code.slasherBytecode,
      args: [at.stakeManager, at.settlement, at.settlement, guardian, treasury, BigInt(vetoSec)],
    },
    taskInbox: {
      abi: code.taskInboxAbi,
      bytecode: code.taskInboxBytecode,
      args: [
        at.escrow,
        at.settlement,
        false,
        MIN_FORCED_LIFE_SEC,
        BigInt(Math.max(escrowDelaySec, 60)),
        BigInt(challengeWindowSec),
      ],
    },
    rewardsVaultCode: { abi: code.rewardsVaultAbi, bytecode: code.rewardsVaultBytecode, args: [wiring] },
    rewardsVault: proxyTo(at.rewardsVaultCode),
  };
};

const fraudProofParts = (at: PlannedAddresses, params: ProtocolParams) => {
  const facts = [at.settlement, at.operatorRegistry, at.modelRegistry, at.escrow] as const;
  const { seedLagBlocks = 2, lateGraceSec = 600, challengeBondWei = 10n ** 15n } = params;
  const respondSec = params.respondSec ?? Math.floor(params.challengeWindowSec / 2);
  return {
    blockHashes: { abi: code.blockHashesAbi, bytecode: code.blockHashesBytecode, args: [] },
    ledgerProofs: { abi: code.ledgerProofsAbi, bytecode: code.ledgerProofsBytecode, args: facts },
    leafProofs: {
      abi: code.leafProofsAbi,
      bytecode: code.leafProofsBytecode,
      args: [...facts, at.blockHashes, at.taskInbox, BigInt(seedLagBlocks), BigInt(lateGraceSec)],
    },
    dataChallenges: {
      abi: code.dataChallengesAbi,
      bytecode: code.dataChallengesBytecode,
      args: [at.settlement, BigInt(respondSec), challengeBondWei],
    },
  };
};

/** All creations of a deployment in the order of their nonces. */
export const creationsOf = (at: PlannedAddresses, params: ProtocolParams): readonly Creation[] => {
  const parts: Readonly<Record<string, Part>> = {
    ...coreParts(at, params),
    ...furtherParts(at, params),
    ...fraudProofParts(at, params),
  };
  return ORDER.map((name) => ({ name, ...(parts[name] as Part) }));
};

/** Without the implementations behind proxies, which nobody calls. */
export const publicAddresses = (at: PlannedAddresses): Record<CoreContract | FurtherContract, ContractAddress> =>
  Object.fromEntries([...CORE_CONTRACTS, ...FURTHER_CONTRACTS].map((name) => [name, at[name]])) as Record<
    CoreContract | FurtherContract,
    ContractAddress
  >;
