import { toFunctionSelector } from 'viem';
import type { ContractAddress } from './deployment.ts';
import * as code from './generated.ts';
import type { ProtocolParams } from './params.ts';
import type { Part, PlannedAddresses } from './plan.ts';

/** The Governor's categories, as in IGovernorCategories. Whatever has no route is of Governance. */
const TECHNICAL = 1;
const ECONOMIC = 2;
const ECOSYSTEM = 3;

const UPGRADE = 'upgradeToAndCall(address,bytes)';
const PAY = 'pay(address,uint256)';

/** White paper 8.1.2: technical: upgrades; economic: rewards and reserves; ecosystem: grants. */
const routesOf = (at: PlannedAddresses) =>
  (
    [
      [at.modelRegistry, UPGRADE, TECHNICAL],
      [at.rewardsVault, UPGRADE, TECHNICAL],
      [at.modelRegistry, 'setQuarantine(bytes32,bool)', TECHNICAL],
      [at.slasher, 'veto(bytes32)', TECHNICAL],
      [at.rewardsVault, 'setGrant(uint8,uint256)', ECONOMIC],
      [at.rewardsVault, 'veto(uint64)', ECONOMIC],
      [at.stakeManager, 'payInsurance(address,uint256)', ECONOMIC],
      [at.escrow, 'requestWithdrawal(uint8,uint64)', ECONOMIC],
      [at.reserveFund, PAY, ECONOMIC],
      [at.ecosystemFund, PAY, ECOSYSTEM],
    ] as const
  ).map(([target, signature, category]) => ({ target, selector: toFunctionSelector(signature), category }));

/** Longer than every exit: whoever disagrees can leave before a decision holds. */
export const timelockSecOf = ({ governance, escrowDelaySec, payoutDelaySec, unbondSec }: ProtocolParams): number =>
  governance?.timelockSec ?? Math.max(escrowDelaySec, payoutDelaySec, unbondSec) + 1;

type GovernancePart =
  | 'timelock'
  | 'votingPower'
  | 'identity'
  | 'governor'
  | 'teamVesting'
  | 'ecosystemFund'
  | 'reserveFund';

const DAY_SEC = 86_400;

/** Governor, timelock, who votes and who is vouched for; and what governance and vesting hold. */
export const governanceParts = (
  at: PlannedAddresses,
  params: ProtocolParams,
  guardian: ContractAddress,
): Readonly<Record<GovernancePart, Part>> => {
  const {
    votingDelaySec = DAY_SEC,
    votingPeriodSec = 5 * DAY_SEC,
    lateQuorumSec = DAY_SEC,
    proposalThresholdWei = 10n ** 24n,
    identitySec = 90 * DAY_SEC,
  } = params.governance ?? {};
  const setup = {
    votes: at.votingPower,
    timelock: at.timelock,
    identity: at.identity,
    guardian,
    votingDelaySec,
    votingPeriodSec,
    lateQuorumSec,
    proposalThresholdWei,
    routes: routesOf(at),
  };
  const fund: Part = { abi: code.fundAbi, bytecode: code.fundBytecode, args: [at.token, at.timelock] };
  return {
    timelock: {
      abi: code.mlbTimelockAbi,
      bytecode: code.mlbTimelockBytecode,
      args: [BigInt(timelockSecOf(params)), at.escrow, at.stakeManager, at.governor],
    },
    votingPower: { abi: code.votingPowerAbi, bytecode: code.votingPowerBytecode, args: [at.token, at.stakeManager] },
    identity: {
      abi: code.bondedIdentityAbi,
      bytecode: code.bondedIdentityBytecode,
      args: [at.stakeManager, BigInt(identitySec)],
    },
    governor: { abi: code.mlbGovernorAbi, bytecode: code.mlbGovernorBytecode, args: [setup] },
    teamVesting: {
      abi: code.teamVestingAbi,
      bytecode: code.teamVestingBytecode,
      args: [params.team ?? params.initialHolder, BigInt(params.vestingStartSec ?? 0)],
    },
    ecosystemFund: fund,
    reserveFund: fund,
  };
};
