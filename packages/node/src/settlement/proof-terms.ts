import { type Deployment, dataChallengesAbi, leafProofsAbi } from '@mlb/contracts';
import type { PublicClient } from 'viem';
import { toChainError } from '../chain/client.ts';
import type { ProofTerms } from './watcher.ts';

/** What the deployed proofs reckon with; zero for contracts that an old deployment lacks. Throws ChainError. */
export const readProofTerms = async (
  client: Pick<PublicClient, 'readContract'>,
  { addresses }: Deployment,
): Promise<ProofTerms> => {
  const { leafProofs, dataChallenges } = addresses;
  try {
    const [lateGraceSec, bondWei] = await Promise.all([
      leafProofs && client.readContract({ address: leafProofs, abi: leafProofsAbi, functionName: 'lateGraceSec' }),
      dataChallenges &&
        client.readContract({ address: dataChallenges, abi: dataChallengesAbi, functionName: 'bondWei' }),
    ]);
    return { lateGraceSec: lateGraceSec ?? 0n, bondWei: bondWei ?? 0n };
  } catch (cause) {
    throw toChainError(cause);
  }
};
