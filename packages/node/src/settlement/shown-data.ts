import type { Deployment } from '@mlb/contracts';
import type { BatchLeaf, Bytes32, Hex, RowOpening } from '@mlb/protocol';
import type { PublicClient } from 'viem';
import type { ChainView, PostedBatch } from '../chain/state.ts';
import { type Answer, answerIn, commitOf } from './challenge-data.ts';
import type { ShownLedger } from './ledger-search.ts';
import { leafOfAbi } from './shown-leaf.ts';

export interface ShownDataDeps {
  readonly client: Pick<PublicClient, 'getTransaction'>;
  readonly deployment: Pick<Deployment, 'addresses'>;
  readonly state: Pick<ChainView, 'dataChallenges'>;
}

/** What answers to data challenges have shown of a batch: on chain for everybody. Throws when the L2 does not answer. */
export interface ShownData {
  /** Undefined until every leaf was shown. */
  readonly leavesOf: (posted: PostedBatch) => Promise<readonly BatchLeaf[] | undefined>;
  readonly ledgerOf: (posted: PostedBatch) => Promise<ShownLedger>;
}

/** Answers kept at hand. */
const MAX_CACHED = 1024;

export const createShownData = ({ client, deployment, state }: ShownDataDeps): ShownData => {
  const cache = new Map<Bytes32, Answer | undefined>();
  const read = async (hash: Bytes32): Promise<Answer | undefined> => {
    if (cache.has(hash)) return cache.get(hash);
    const { input, to } = await client.getTransaction({ hash });
    const isDirect = to?.toLowerCase() === deployment.addresses.dataChallenges;
    const answer = isDirect ? answerIn(input as Hex) : undefined;
    if (cache.size >= MAX_CACHED) cache.clear();
    cache.set(hash, answer);
    return answer;
  };
  const answersOf = async (posted: PostedBatch): Promise<readonly Answer[]> => {
    const commit = commitOf(posted);
    const hashes = state.dataChallenges().flatMap((asked) => (asked.commit === commit ? (asked.answer ?? []) : []));
    const answers = await Promise.all(hashes.map(read));
    return answers.filter((answer) => answer !== undefined);
  };
  return {
    leavesOf: async (posted) => {
      const leaves: BatchLeaf[] = [];
      for (const answer of await answersOf(posted)) {
        if (answer.part === 'leaf') leaves[answer.opening.index] = leafOfAbi(answer.leaf);
      }
      const isWhole = Object.keys(leaves).length === posted.header.leafCount;
      return isWhole ? leaves : undefined;
    },
    ledgerOf: async (posted) => {
      const answers = (await answersOf(posted)).filter(({ part }) => part === 'row');
      const rows = new Map<number, RowOpening>();
      let ledger: ShownLedger['ledger'];
      for (const answer of answers) {
        if (answer.part !== 'row') continue;
        ledger = answer.ledger;
        if (answer.place < answer.ledger.rowCount) rows.set(answer.place, answer.opening);
      }
      return { ledger, rows };
    },
  };
};
