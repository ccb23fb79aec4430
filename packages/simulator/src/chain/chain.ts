import { BlockHash, keccak256, tag } from '@mlb/protocol';
import { applyTransaction, type Ledger, type Rules, type Transaction } from './ledger.ts';

export interface Block {
  readonly number: bigint;
  readonly hash: BlockHash;
  readonly timestampSec: bigint;
  readonly ledger: Ledger;
  readonly transactions: readonly Transaction[];
}

/** Blocks from genesis on, by number. A reorg makes another array: who holds an old one sees the old chain. */
export type Branch = readonly Block[];

/** The one virtual L2. */
export interface Chain {
  readonly branch: () => Branch;
  readonly head: () => Block;
  /** Waits for the next block; the same transaction object waits once. */
  readonly submit: (transaction: Transaction) => void;
  readonly mine: () => Block;
  /** Replaces the last `depth` blocks by as many others; what was in them waits again. */
  readonly reorg: (depth: number) => void;
}

export const BLOCK_MS: number = 2000;
const GENESIS_SEC: bigint = 1_800_000_000n;
const BLOCK_SEC = BigInt(BLOCK_MS / 1000);

const hashOf = (seed: number, fork: number, number: bigint): BlockHash =>
  BlockHash(keccak256(tag(`block ${seed} ${fork} ${number}`)));

/** Longest common prefix of two branches: its last block's number. */
export const ancestorOf = (a: Branch, b: Branch): bigint => {
  let at = Math.min(a.length, b.length) - 1;
  while (at > 0 && a[at]?.hash !== b[at]?.hash) at -= 1;
  return BigInt(at);
};

export const createChain = ({
  seed,
  rules,
  genesis,
}: {
  readonly seed: number;
  readonly rules: Rules;
  readonly genesis: Ledger;
}): Chain => {
  let fork = 0;
  let waiting: Transaction[] = [];
  let blocks: Block[] = [
    { number: 0n, hash: hashOf(seed, 0, 0n), timestampSec: GENESIS_SEC, ledger: genesis, transactions: [] },
  ];
  const head = (): Block => blocks.at(-1) as Block;
  const mine = (): Block => {
    const parent = head();
    let { ledger } = parent;
    const transactions = waiting.filter((transaction) => {
      const next = applyTransaction(rules, ledger, transaction);
      ledger = next ?? ledger;
      return next !== undefined;
    });
    waiting = [];
    const number = parent.number + 1n;
    const timestampSec = parent.timestampSec + BLOCK_SEC;
    blocks.push({ number, hash: hashOf(seed, fork, number), timestampSec, ledger, transactions });
    return head();
  };
  return {
    ...{ head, mine, branch: () => blocks },
    submit: (transaction) => {
      if (!waiting.includes(transaction)) waiting.push(transaction);
    },
    reorg: (depth) => {
      const kept = Math.max(2, blocks.length - depth);
      const orphans = blocks.slice(kept);
      blocks = blocks.slice(0, kept);
      fork += 1;
      waiting = [...orphans.flatMap(({ transactions }) => transactions), ...waiting];
      for (const _ of orphans) mine();
    },
  };
};
