import { type Abi, getContractAddress } from 'viem';
import {
  CORE_CONTRACTS,
  type ContractAddress,
  type CoreContract,
  FURTHER_CONTRACTS,
  type FurtherContract,
} from './deployment.ts';
import * as code from './generated.ts';
import { governanceParts } from './governance-plan.ts';
import type { ProtocolParams } from './params.ts';

/** Everything that is created, in the order of the nonces. */
export type Created =
  | CoreContract
  | FurtherContract
  | `${FurtherContract | CoreContract}Code`
  | 'certificateFew'
  | 'certificateMany';
export type PlannedAddresses = Readonly<Record<Created, ContractAddress>>;

/** One contract to create. */
export interface Part {
  readonly abi: Abi;
  readonly bytecode: `0x${string}`;
  readonly args: readonly unknown[];
}

export interface Creation extends Part {
  readonly name: Created;
}

/** The contracts behind proxies come just before them; Settlement checks those it uses, so they come before it. */
const ORDER: readonly Created[] = [
  'token',
  'stakeManager',
  'operatorRegistry',
  'modelRegistryCode',
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
  'timelock',
  'votingPower',
  'identity',
  'governor',
  'teamVesting',
  'ecosystemFund',
  'reserveFund',
];

/** By size, the certificate asks one of two. Only then they are created: CertBls cannot stand on a chain without EIP-2537. */
const orderOf = ({ certificate }: Pick<ProtocolParams, 'certificate'>): readonly Created[] =>
  certificate === 'by-size'
    ? ORDER.flatMap((name): readonly Created[] =>
        name === 'certificate' ? ['certificateFew', 'certificateMany', name] : [name],
      )
    : ORDER;

/** The contracts are wired by immutables: everyone's address is known before the first is created. */
export const predictAddresses = (
  from: ContractAddress,
  firstNonce: number,
  params: Pick<ProtocolParams, 'certificate'>,
): PlannedAddresses =>
  Object.fromEntries(
    orderOf(params).map((name, i) => [name, getContractAddress({ from, nonce: BigInt(firstNonce + i) }).toLowerCase()]),
  ) as unknown as PlannedAddresses;

const INITIAL_SUPPLY_WEI = 10n ** 27n;

/** The address of an outsider, or of the contract of that name. */
export const resolve = (at: PlannedAddresses, who: ContractAddress | FurtherContract): ContractAddress =>
  who.startsWith('0x') ? (who as ContractAddress) : at[who as FurtherContract];

const allocationsOf = (at: PlannedAddresses, { allocations, initialHolder }: ProtocolParams) =>
  (allocations ?? [{ holder: initialHolder, amountWei: INITIAL_SUPPLY_WEI }]).map(({ holder, amountWei }) => ({
    holder: resolve(at, holder),
    amountWei,
  }));

const proxyTo = (implementation: ContractAddress): Part => ({
  abi: code.governedProxyAbi,
  bytecode: code.governedProxyBytecode,
  args: [implementation],
});

/** Pauses `post`, cancels, vetoes. */
export const guardianOf = ({ guardian, initialHolder }: ProtocolParams): ContractAddress => guardian ?? initialHolder;

const ecdsaPart = (at: PlannedAddresses): Part => ({
  abi: code.certEcdsaAbi,
  bytecode: code.certEcdsaBytecode,
  args: [at.operatorRegistry],
});

const certificatePart = (at: PlannedAddresses, { certificate, maxEcdsaRows = 30 }: ProtocolParams): Part =>
  certificate === 'by-size'
    ? {
        abi: code.certBySizeAbi,
        bytecode: code.certBySizeBytecode,
        args: [at.operatorRegistry, at.certificateFew, at.certificateMany, maxEcdsaRows],
      }
    : ecdsaPart(at);

/** Batch slots of a minute, of blocks of two seconds. */
const DEFAULT_SLOTS_PER_DAY = 1440;
const DEFAULT_BATCH_SLOT_BLOCKS = 30;
/** A second downtime within so many days costs stake. */
const REPEAT_DAYS = 7;

const coreParts = (at: PlannedAddresses, params: ProtocolParams): Record<CoreContract, Part> => {
  const { epochBlocks, challengeWindowSec, escrowDelaySec, payoutDelaySec, unbondSec } = params;
  const { slotsPerDay = DEFAULT_SLOTS_PER_DAY } = params;
  return {
    token: {
      abi: code.mlbTokenAbi,
      bytecode: code.mlbTokenBytecode,
      args: [allocationsOf(at, params), at.rewardsVault, at.escrow, BigInt(params.rewardPeriodSec ?? 86_400)],
    },
    stakeManager: {
      abi: code.stakeManagerAbi,
      bytecode: code.stakeManagerBytecode,
      args: [at.token, at.operatorRegistry, at.settlement, at.slasher, at.timelock, BigInt(unbondSec)],
    },
    operatorRegistry: {
      abi: code.operatorRegistryAbi,
      bytecode: code.operatorRegistryBytecode,
      args: [at.stakeManager, at.escrow, at.settlement, BigInt(epochBlocks), BigInt(slotsPerDay)],
    },
    modelRegistry: proxyTo(at.modelRegistryCode),
    escrow: {
      abi: code.escrowAbi,
      bytecode: code.escrowBytecode,
      args: [
        at.token,
        at.settlement,
        at.taskInbox,
        resolve(at, params.treasury),
        BigInt(escrowDelaySec),
        BigInt(payoutDelaySec),
      ],
    },
    certificate: certificatePart(at, params),
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
        guardianOf(params),
        [at.ledgerProofs, at.leafProofs, at.dataChallenges],
      ],
    },
  };
};

/** Forced orders live at least half a minute and at most as long as escrow is held for them. */
const MIN_FORCED_LIFE_SEC = 30n;
const DEFAULT_LATE_GRACE_SEC = 600;

const furtherParts = (at: PlannedAddresses, params: ProtocolParams) => {
  const { challengeWindowSec, escrowDelaySec, unbondSec, lateGraceSec = DEFAULT_LATE_GRACE_SEC } = params;
  const guardian = guardianOf(params);
  const { slotsPerDay = DEFAULT_SLOTS_PER_DAY, batchSlotBlocks = DEFAULT_BATCH_SLOT_BLOCKS } = params;
  const repeatBlocks = BigInt(REPEAT_DAYS) * BigInt(slotsPerDay) * BigInt(batchSlotBlocks);
  const vetoSec = params.vetoSec ?? Math.max(0, unbondSec - challengeWindowSec);
  const wiring = {
    governance: at.timelock,
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
      args: [at.stakeManager, at.settlement, at.settlement, guardian, at.timelock, BigInt(vetoSec), repeatBlocks],
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
        BigInt(lateGraceSec),
      ],
    },
    modelRegistryCode: {
      abi: code.modelRegistryAbi,
      bytecode: code.modelRegistryBytecode,
      args: [at.stakeManager, at.escrow, at.settlement, at.timelock],
    },
    rewardsVaultCode: { abi: code.rewardsVaultAbi, bytecode: code.rewardsVaultBytecode, args: [wiring] },
    rewardsVault: proxyTo(at.rewardsVaultCode),
  };
};

const fraudProofParts = (at: PlannedAddresses, params: ProtocolParams) => {
  const facts = [at.settlement, at.operatorRegistry, at.modelRegistry, at.escrow] as const;
  const {
    seedLagBlocks = 2,
    roundBlocks = 18,
    lateGraceSec = DEFAULT_LATE_GRACE_SEC,
    challengeBondWei = 10n ** 15n,
  } = params;
  const respondSec = params.respondSec ?? Math.floor(params.challengeWindowSec / 2);
  return {
    blockHashes: { abi: code.blockHashesAbi, bytecode: code.blockHashesBytecode, args: [] },
    ledgerProofs: { abi: code.ledgerProofsAbi, bytecode: code.ledgerProofsBytecode, args: facts },
    leafProofs: {
      abi: code.leafProofsAbi,
      bytecode: code.leafProofsBytecode,
      args: [...facts, at.blockHashes, at.taskInbox, BigInt(seedLagBlocks), BigInt(roundBlocks), BigInt(lateGraceSec)],
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
    certificateFew: ecdsaPart(at),
    certificateMany: { abi: code.certBlsAbi, bytecode: code.certBlsBytecode, args: [at.operatorRegistry] },
    ...furtherParts(at, params),
    ...fraudProofParts(at, params),
    ...governanceParts(at, params, guardianOf(params)),
  };
  return orderOf(params).map((name) => ({ name, ...(parts[name] as Part) }));
};

/** Without the implementations behind proxies, which nobody calls. */
export const publicAddresses = (at: PlannedAddresses): Record<CoreContract | FurtherContract, ContractAddress> =>
  Object.fromEntries([...CORE_CONTRACTS, ...FURTHER_CONTRACTS].map((name) => [name, at[name]])) as Record<
    CoreContract | FurtherContract,
    ContractAddress
  >;
