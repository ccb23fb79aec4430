/** One contract's place, as viem wants it. */
export type ContractAddress = `0x${string}`;

/** Contracts a node cannot run without. */
export const CORE_CONTRACTS = [
  'token',
  'stakeManager',
  'operatorRegistry',
  'modelRegistry',
  'escrow',
  'certificate',
  'settlement',
] as const;

/** What a deployment has beside them. */
export const FURTHER_CONTRACTS = [
  'slasher',
  'taskInbox',
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
] as const;

export type CoreContract = (typeof CORE_CONTRACTS)[number];
export type FurtherContract = (typeof FURTHER_CONTRACTS)[number];

/** Addresses of one deployment of the protocol, in lower case. The further ones are missing in old descriptions. */
export type DeploymentAddresses = { readonly [name in CoreContract]: ContractAddress } & {
  readonly [name in FurtherContract]?: ContractAddress | undefined;
};

/** Where the protocol lives. Plain JSON: it travels in files and configurations. */
export interface Deployment {
  readonly chainId: number;
  /** Block of the first contract: no event is older. */
  readonly startBlock: number;
  readonly addresses: DeploymentAddresses;
}
