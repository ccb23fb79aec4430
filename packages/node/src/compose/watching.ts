import { readProofTerms } from '../settlement/proof-terms.ts';
import type { WatcherDeps } from '../settlement/watcher.ts';
import type { Base } from './base.ts';

/** What a watcher of posted batches needs of a home, beside contents and an account. */
export const watcherContextOf = (base: Base): Omit<WatcherDeps, 'content' | 'tx'> => {
  const { chainClient: client, config, indexer: chain, chainState: state, metrics, params } = base;
  const { deployment } = config.network;
  return {
    ...base,
    ...{ client, deployment, chain, state, meter: metrics.meter, challengeWindowSec: params.challengeWindowSec },
    terms: () => readProofTerms(client, deployment),
  };
};
