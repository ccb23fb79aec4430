export {
  DeploymentError,
  type DeploymentErrorCode,
  type DeployOptions,
  deployProtocol,
  type ProtocolParams,
} from './deploy.ts';
export type { ContractAddress, Deployment, DeploymentAddresses } from './deployment.ts';
export * from './generated.ts';
