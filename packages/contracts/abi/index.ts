export { type AddressBook, type JoinableNetwork, networkDescriptionOf, parseAddressBook } from './address-book.ts';
export { type DeployOptions, deployProtocol } from './deploy.ts';
export { deployNetwork, type NetworkDeployOptions } from './deploy-network.ts';
export {
  CORE_CONTRACTS,
  type ContractAddress,
  type CoreContract,
  type Deployment,
  type DeploymentAddresses,
  FURTHER_CONTRACTS,
  type FurtherContract,
} from './deployment.ts';
export { DeploymentError, type DeploymentErrorCode } from './deployment-error.ts';
export * from './generated.ts';
export { NETWORKS, type NetworkName, type NetworkPreset, type ParamsPreset } from './networks.ts';
export { allocationsOfPaper, type GovernanceParams, type ProtocolParams, type TokenAllocation } from './params.ts';
