/** One contract's place, as viem wants it. */
export type ContractAddress = `0x${string}`;

/** Addresses of one deployment of the protocol, in lower case. */
export interface DeploymentAddresses {
  readonly token: ContractAddress;
  readonly stakeManager: ContractAddress;
  readonly operatorRegistry: ContractAddress;
  readonly modelRegistry: ContractAddress;
  readonly escrow: ContractAddress;
  readonly certificate: ContractAddress;
  readonly settlement: ContractAddress;
}

/** Where the protocol lives. Plain JSON: it travels in files and configurations. */
export interface Deployment {
  readonly chainId: number;
  /** Block of the first contract: no event is older. */
  readonly startBlock: number;
  readonly addresses: DeploymentAddresses;
}
