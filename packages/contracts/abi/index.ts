export {
  DeploymentError,
  type DeploymentErrorCode,
  type DeployOptions,
  deployProtocol,
} from './deploy.ts';
export {
  CORE_CONTRACTS,
  type ContractAddress,
  type CoreContract,
  type Deployment,
  type DeploymentAddresses,
  FURTHER_CONTRACTS,
  type FurtherContract,
} from './deployment.ts';
export * from './generated.ts';
export type { GovernanceParams, ProtocolParams, TokenAllocation } from './params.ts';
