import type { PublicClient } from 'viem';
import { DeploymentError } from './deployment-error.ts';
import type { NetworkPreset } from './networks.ts';

/** BLS12_G1ADD of EIP-2537. */
const G1_ADD = '0x000000000000000000000000000000000000000b';
const TWO_INFINITIES = `0x${'00'.repeat(256)}` as const;
const INFINITY = `0x${'00'.repeat(128)}` as const;

/** Asks the chain: on an old hard fork the call succeeds with nothing. */
export const hasBls12381 = async (publicClient: PublicClient): Promise<boolean> => {
  const { data } = await publicClient.call({ to: G1_ADD, data: TWO_INFINITIES }).catch(() => ({ data: undefined }));
  return data === INFINITY;
};

/** Throws UNSUPPORTED_NETWORK or WRONG_CHAIN before anything is sent. */
export const requireUsableChain = async (publicClient: PublicClient, preset: NetworkPreset): Promise<void> => {
  if (preset.refused !== undefined) {
    throw new DeploymentError('UNSUPPORTED_NETWORK', `${preset.name} is not supported: ${preset.refused}`);
  }
  const chainId = await publicClient.getChainId();
  if (preset.chainId === undefined || preset.chainId === chainId) return;
  throw new DeploymentError(
    'WRONG_CHAIN',
    `${preset.name} has chain id ${preset.chainId}, the RPC serves ${chainId}. Check --network and --rpc.`,
  );
};

/** Throws UNSUPPORTED_NETWORK where aggregated certificates cannot be checked. */
export const requireBls12381 = async (publicClient: PublicClient): Promise<void> => {
  if (await hasBls12381(publicClient)) return;
  throw new DeploymentError(
    'UNSUPPORTED_NETWORK',
    "The chain has no EIP-2537 precompiles, which certificates by size need. Deploy with certificate 'ecdsa'.",
  );
};
