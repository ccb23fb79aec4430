import { Bytes32, type Hex, Address as toAddress } from '@mlb/protocol';
import type { Store } from '../port/store.ts';
import { ChainError } from './error.ts';
import type { Attempt, TxEntry, TxOutcome } from './send-state.ts';

/** Every signed transaction, on disk before it is on the wire. */
export interface TxJournal {
  /** Synced: survives kill -9 and a power cut. */
  readonly put: (entry: TxEntry) => Promise<void>;
  readonly get: (key: string) => Promise<TxEntry | undefined>;
  /** Entries without an outcome, ascending by nonce. */
  readonly unfinished: () => Promise<readonly TxEntry[]>;
}

const attemptToRow = (attempt: Attempt): unknown => [
  attempt.hash,
  attempt.raw,
  attempt.maxFeeWei.toString(),
  attempt.tipWei.toString(),
];

const attemptFromRow = ([hash, raw, maxFeeWei, tipWei]: [string, Hex, string, string]): Attempt => ({
  hash: Bytes32(hash),
  raw,
  maxFeeWei: BigInt(maxFeeWei),
  tipWei: BigInt(tipWei),
});

const BIGINTS: readonly string[] = ['blockNumber', 'gasUsed', 'feeWei'];

const outcomeToJson = (outcome: TxOutcome): unknown =>
  Object.fromEntries(
    Object.entries(outcome).map(([name, value]) => [name, typeof value === 'bigint' ? `${value}` : value]),
  );

const outcomeFromJson = (json: object): TxOutcome =>
  Object.fromEntries(
    Object.entries(json).map(([name, value]) => [name, BIGINTS.includes(name) ? BigInt(value) : value]),
  ) as TxOutcome;

const encodeEntry = (entry: TxEntry): Uint8Array => {
  const json = {
    ...entry,
    valueWei: entry.valueWei.toString(),
    gas: entry.gas.toString(),
    attempts: entry.attempts.map(attemptToRow),
    outcome: entry.outcome && outcomeToJson(entry.outcome),
  };
  return new TextEncoder().encode(JSON.stringify(json));
};

const decodeEntry = (bytes: Uint8Array): TxEntry => {
  try {
    const json = JSON.parse(new TextDecoder().decode(bytes));
    return {
      key: json.key,
      to: toAddress(json.to),
      data: json.data,
      valueWei: BigInt(json.valueWei),
      gas: BigInt(json.gas),
      nonce: json.nonce,
      attempts: json.attempts.map(attemptFromRow),
      outcome: json.outcome && outcomeFromJson(json.outcome),
    };
  } catch (cause) {
    throw new ChainError(
      'BAD_RECORD',
      'a transaction in the journal is damaged. Restore the home folder from a backup.',
      {
        cause,
      },
    );
  }
};

/** `prefix` names chain and account: nonces of two accounts have nothing to do with each other. */
export const createTxJournal = (store: Store, prefix: string): TxJournal => ({
  put: (entry) => store.write([{ key: `${prefix}${entry.key}`, value: encodeEntry(entry) }], { sync: true }),
  get: async (key) => {
    const bytes = await store.get(`${prefix}${key}`);
    return bytes && decodeEntry(bytes);
  },
  unfinished: async () => {
    const entries: TxEntry[] = [];
    for await (const [, bytes] of store.list(prefix)) {
      const entry = decodeEntry(bytes);
      if (entry.outcome === undefined) entries.push(entry);
    }
    return entries.sort((a, b) => a.nonce - b.nonce);
  },
});
