import { type Abi, getAddress, keccak256, type PublicClient, toHex } from 'viem';
import type { ContractAddress, CoreContract, FurtherContract } from './deployment.ts';
import * as code from './generated.ts';
import { timelockSecOf } from './governance-plan.ts';
import type { ProtocolParams } from './params.ts';
import { guardianOf, type PlannedAddresses, resolve } from './plan.ts';

interface Wire {
  readonly contract: CoreContract | FurtherContract;
  readonly abi: Abi;
  readonly read: string;
  readonly args?: readonly unknown[];
  readonly expected: unknown;
}

const wires = (contract: Wire['contract'], abi: Abi, expected: Readonly<Record<string, unknown>>): readonly Wire[] =>
  Object.entries(expected).map(([read, value]) => ({ contract, abi, read, expected: value }));

const coreWires = (at: PlannedAddresses, params: ProtocolParams): readonly Wire[] => [
  ...wires('token', code.mlbTokenAbi, {
    rewardsVault: at.rewardsVault,
    feeSource: at.escrow,
    totalSupply: 10n ** 27n,
    emissionPeriodSec: BigInt(params.rewardPeriodSec ?? 86_400),
  }),
  ...wires('stakeManager', code.stakeManagerAbi, {
    token: at.token,
    registry: at.operatorRegistry,
    settlement: at.settlement,
    slasher: at.slasher,
    governance: at.timelock,
    unbondSec: BigInt(params.unbondSec),
  }),
  ...wires('operatorRegistry', code.operatorRegistryAbi, {
    stakeManager: at.stakeManager,
    escrow: at.escrow,
    settlement: at.settlement,
  }),
  ...wires('modelRegistry', code.modelRegistryAbi, {
    stakeManager: at.stakeManager,
    escrow: at.escrow,
    settlement: at.settlement,
    governance: at.timelock,
  }),
  ...wires('escrow', code.escrowAbi, {
    token: at.token,
    settlement: at.settlement,
    inbox: at.taskInbox,
    escrowDelaySec: BigInt(params.escrowDelaySec),
    payoutDelaySec: BigInt(params.payoutDelaySec),
  }),
  { contract: 'escrow', abi: code.escrowAbi, read: 'ownerOf', args: [1], expected: resolve(at, params.treasury) },
  ...wires('certificate', code.certEcdsaAbi, { registry: at.operatorRegistry }),
  ...(params.certificate === 'by-size'
    ? wires('certificate', code.certBySizeAbi, { few: at.certificateFew, many: at.certificateMany })
    : []),
  ...wires('settlement', code.settlementAbi, {
    registry: at.operatorRegistry,
    stakeManager: at.stakeManager,
    escrow: at.escrow,
    certificate: at.certificate,
    guardian: guardianOf(params),
    challengeWindowSec: BigInt(params.challengeWindowSec),
  }),
  ...[at.ledgerProofs, at.leafProofs, at.dataChallenges].map(
    (judge): Wire => ({
      contract: 'settlement',
      abi: code.settlementAbi,
      read: 'isJudge',
      args: [judge],
      expected: true,
    }),
  ),
];

const role = (name: string): ContractAddress => keccak256(toHex(name));
const ADMIN_ROLE = `0x${'00'.repeat(32)}` as const;

const governanceWires = (at: PlannedAddresses, params: ProtocolParams, deployer: ContractAddress): readonly Wire[] => {
  const hasRole = (id: ContractAddress, account: ContractAddress, expected: boolean): Wire => ({
    contract: 'timelock',
    abi: code.mlbTimelockAbi,
    read: 'hasRole',
    args: [id, account],
    expected,
  });
  return [
    ...wires('slasher', code.slasherAbi, {
      stakeManager: at.stakeManager,
      settlement: at.settlement,
      guardian: guardianOf(params),
      governance: at.timelock,
    }),
    ...wires('taskInbox', code.taskInboxAbi, { escrow: at.escrow, settlement: at.settlement }),
    ...wires('rewardsVault', code.rewardsVaultAbi, {
      token: at.token,
      settlement: at.settlement,
      registry: at.operatorRegistry,
      certificate: at.certificate,
      guardian: guardianOf(params),
      governance: at.timelock,
    }),
    ...wires('votingPower', code.votingPowerAbi, { token: at.token, stake: at.stakeManager }),
    ...wires('identity', code.bondedIdentityAbi, { stakeManager: at.stakeManager }),
    ...wires('governor', code.mlbGovernorAbi, {
      token: at.votingPower,
      timelock: at.timelock,
      identity: at.identity,
      proposalGuardian: guardianOf(params),
    }),
    ...wires('timelock', code.mlbTimelockAbi, { getMinDelay: BigInt(timelockSecOf(params)) }),
    hasRole(role('PROPOSER_ROLE'), at.governor, true),
    hasRole(role('PROPOSER_ROLE'), deployer, false),
    hasRole(ADMIN_ROLE, deployer, false),
    ...wires('teamVesting', code.teamVestingAbi, { owner: params.team ?? params.initialHolder }),
    ...wires('ecosystemFund', code.fundAbi, { governance: at.timelock, token: at.token }),
    ...wires('reserveFund', code.fundAbi, { governance: at.timelock, token: at.token }),
  ];
};

/** keccak256("eip1967.proxy.implementation") - 1. */
const IMPLEMENTATION_SLOT = '0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc';

const proxies = (at: PlannedAddresses) =>
  [
    ['modelRegistry', at.modelRegistry, at.modelRegistryCode],
    ['rewardsVault', at.rewardsVault, at.rewardsVaultCode],
  ] as const;

const asText = (value: unknown): string => {
  const text = String(value);
  return /^0x[0-9a-fA-F]{40}$/.test(text) ? getAddress(text) : text;
};

/** Delays that only make sense together: what is wrong with them, in words. */
export const delayFaults = (params: ProtocolParams): readonly string[] => {
  const { challengeWindowSec: window, unbondSec, vetoSec = 0, rewardPeriodSec = 86_400 } = params;
  return [
    ...(unbondSec < window + vetoSec ? ['stake unbonds before a slash of it could be vetoed'] : []),
    ...(rewardPeriodSec < window ? ['emission would count fees that can still be reverted'] : []),
  ];
};

/** Reads every wire back. Returns what is not as planned, in words; nothing if all is well. */
export const readMiswirings = async (
  publicClient: PublicClient,
  at: PlannedAddresses,
  params: ProtocolParams,
  deployer: ContractAddress,
): Promise<readonly string[]> => {
  const all = [...coreWires(at, params), ...governanceWires(at, params, deployer)];
  const faults = await Promise.all(
    all.map(async ({ contract, abi, read, args = [], expected }) => {
      const actual = await publicClient.readContract({ address: at[contract], abi, functionName: read, args });
      if (asText(actual) === asText(expected)) return [];
      return [`${contract}.${read}(${args.join()}) is ${String(actual)}, not ${String(expected)}`];
    }),
  );
  const implementations = await Promise.all(
    proxies(at).map(async ([name, address, implementation]) => {
      const word = await publicClient.getStorageAt({ address, slot: IMPLEMENTATION_SLOT });
      return word?.slice(-40) === implementation.slice(2) ? [] : [`${name} runs ${word}, not ${implementation}`];
    }),
  );
  return [...faults.flat(), ...implementations.flat()];
};
