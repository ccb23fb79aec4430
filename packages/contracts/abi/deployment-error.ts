/**
 * REVERTED: a constructor refused. NONCE_MOVED: the account sent something else meanwhile, so addresses differ.
 * WRONG_CHAIN, UNSUPPORTED_NETWORK, BAD_PARAMS: nothing was sent. TOO_MUCH_GAS: a creation is above the network's cap. PLAN_CHANGED:
 * the book is of another deployment. MISWIRED: what stands on chain is not what was planned.
 */
export type DeploymentErrorCode =
  | 'REVERTED'
  | 'NONCE_MOVED'
  | 'WRONG_CHAIN'
  | 'UNSUPPORTED_NETWORK'
  | 'BAD_PARAMS'
  | 'TOO_MUCH_GAS'
  | 'PLAN_CHANGED'
  | 'MISWIRED';

export class DeploymentError extends Error {
  readonly code: DeploymentErrorCode;
  constructor(code: DeploymentErrorCode, message: string) {
    super(message);
    this.name = 'DeploymentError';
    this.code = code;
  }
}
