import { type Address, type BatchLeaf, type Hex, type LedgerRow, openBatch } from '@mlb/protocol';
import type { ChainView, DataChallenge, PostedBatch } from '../chain/state.ts';
import { answerLeafData, answerRowData, collectData, commitOf, questionData } from './challenge-data.ts';
import type { PostedData } from './posted-data.ts';
import type { WatcherTx } from './watcher-tx.ts';

export interface ChallengerDeps {
  /** DataChallenges. */
  readonly contract: Address;
  readonly bondWei: bigint;
  readonly state: Pick<ChainView, 'dataChallenges' | 'head'>;
  readonly send: WatcherTx['send'];
  readonly data: PostedData;
  /** Our own account. */
  readonly account: Address;
  /** The rows of a batch by the rules; undefined when its header commits to others. */
  readonly ledgerRowsOf: (posted: PostedBatch, leaves: readonly BatchLeaf[]) => readonly LedgerRow[] | undefined;
}

/** Asks for what is hidden, convicts silence, and answers for what we hold. */
export interface Challenger {
  /** Asks for the next wave of places; who asked before counts. */
  readonly ask: (
    posted: PostedBatch,
    part: DataChallenge['part'],
    places: readonly number[],
    signal: AbortSignal,
  ) => Promise<void>;
  /** Every question about the batch: silence is convicted, what we hold is shown. */
  readonly tend: (posted: PostedBatch, signal: AbortSignal) => Promise<void>;
  /** Another proof took the batch down: our bonds come back. */
  readonly reclaim: (posted: PostedBatch, signal: AbortSignal) => Promise<void>;
}

/** Questions of one wave; the first is one, as silence about one leaf convicts the batch. */
const MAX_WAVE = 8;

const nameOf = ({ part, place }: Pick<DataChallenge, 'part' | 'place'>): string => `${part}-${place}`;

export const createChallenger = (deps: ChallengerDeps): Challenger => {
  const { contract: to, state, send, account } = deps;
  const questionsOf = (posted: PostedBatch): readonly DataChallenge[] => {
    const commit = commitOf(posted);
    return state.dataChallenges().filter((asked) => asked.commit === commit);
  };
  const collect = (posted: PostedBatch, name: string, signal: AbortSignal): Promise<boolean> =>
    send(posted, { action: 'collect', name, to, data: collectData }, signal);

  /** Undefined: the header commits to something else than what was published. */
  const answerOf = (
    posted: PostedBatch,
    { part, place }: DataChallenge,
    leaves: readonly BatchLeaf[],
  ): Hex | undefined => {
    if (part === 'leaf') return answerLeafData(posted, openBatch({ leaves, rows: [] }).leaf(place));
    const rows = deps.ledgerRowsOf(posted, leaves);
    if (rows === undefined) return undefined;
    const { ledger, row } = openBatch({ leaves, rows });
    // Past the end any row stands in: the size of the ledger is the answer.
    return answerRowData(posted, { place, ledger, row: row(Math.min(place, rows.length - 1)) });
  };

  const answer = async (posted: PostedBatch, asked: DataChallenge, signal: AbortSignal): Promise<void> => {
    const leaves = await deps.data.leavesOf(posted.header, signal);
    const data = leaves && answerOf(posted, asked, leaves);
    if (data === undefined) return;
    const isDone = await send(posted, { action: 'answer', name: nameOf(asked), to, data }, signal);
    if (isDone) await collect(posted, `answer-${nameOf(asked)}`, signal);
  };

  const convict = async (posted: PostedBatch, asked: DataChallenge, signal: AbortSignal): Promise<void> => {
    const data = questionData('proveWithheld', posted, asked);
    const isDone = await send(posted, { action: 'convict', name: nameOf(asked), to, data }, signal);
    if (isDone && asked.challenger === account) await collect(posted, `convict-${nameOf(asked)}`, signal);
  };

  return {
    ask: async (posted, part, places, signal) => {
      const asked = questionsOf(posted).filter((question) => question.part === part);
      if (asked.some((question) => question.answer === undefined)) return;
      const known = new Set(asked.map(({ place }) => place));
      const wave = places
        .filter((place) => !known.has(place))
        .slice(0, Math.min(MAX_WAVE, Math.max(1, known.size * 2)));
      const { bondWei: valueWei } = deps;
      await Promise.all(
        wave.map((place) => {
          const data = questionData('challenge', posted, { part, place });
          return send(posted, { action: 'challenge', name: nameOf({ part, place }), to, data, valueWei }, signal);
        }),
      );
    },
    tend: async (posted, signal) => {
      const nowSec = state.head()?.timestamp ?? 0n;
      for (const asked of questionsOf(posted)) {
        if (asked.answer !== undefined) continue;
        await answer(posted, asked, signal);
        if (nowSec >= asked.deadlineSec) await convict(posted, asked, signal);
      }
    },
    reclaim: async (posted, signal) => {
      for (const asked of questionsOf(posted)) {
        if (asked.answer !== undefined || asked.challenger !== account) continue;
        const data = questionData('reclaim', posted, asked);
        const isDone = await send(posted, { action: 'reclaim', name: nameOf(asked), to, data }, signal);
        if (isDone) await collect(posted, `reclaim-${nameOf(asked)}`, signal);
      }
    },
  };
};
