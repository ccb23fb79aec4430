import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Chain, ChainBlock, ChainObserver } from '../../src/port/chain.ts';

export interface ChainUnderTest {
  readonly chain: Chain & { readonly subscribe: (observer: ChainObserver) => () => void };
  /** Makes blocks and waits until they are shown. */
  readonly grow: (blocks: number) => Promise<void>;
  /** Replaces the newest `depth` blocks by `depth + 1` others, and waits until they are shown. */
  readonly reorg: (depth: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

type Seen = { readonly type: 'apply'; readonly block: ChainBlock } | { readonly type: 'rollback'; readonly to: bigint };

const record = (chain: ChainUnderTest['chain']): { readonly seen: Seen[]; readonly unsubscribe: () => void } => {
  const seen: Seen[] = [];
  const unsubscribe = chain.subscribe({
    // Asynchronous on purpose: order must not depend on observers being quick.
    apply: async (block) => {
      await Promise.resolve();
      seen.push({ type: 'apply', block });
    },
    rollback: (to) => void seen.push({ type: 'rollback', to }),
  });
  return { seen, unsubscribe };
};

/** What every chain does, whatever is behind it. */
export const chainConformance = (name: string, open: () => Promise<ChainUnderTest>): void => {
  const opened: ChainUnderTest[] = [];
  const start = async (): Promise<ChainUnderTest> => {
    const subject = await open();
    opened.push(subject);
    return subject;
  };
  after(async () => {
    for (const subject of opened) await subject.close();
  });

  test(`${name}: before the first block the head is an error that says so`, async () => {
    const { chain } = await start();
    assert.throws(() => chain.head(), { code: 'NOT_SYNCED' });
    assert.equal(chain.blockHash(0n), undefined);
  });

  test(`${name}: blocks are shown in order, each on its parent, and the head is the last one`, async () => {
    const { chain, grow } = await start();
    await grow(1);
    const { seen } = record(chain);
    await grow(5);
    const blocks = seen.map((one) => (one.type === 'apply' ? one.block.ref : assert.fail('no reorg happened')));
    assert.equal(blocks.length, 5);
    for (const [i, block] of blocks.entries()) {
      assert.equal(chain.blockHash(block.number), block.hash);
      assert.deepEqual(chain.block(block.number), block);
      const parent = blocks[i - 1];
      if (parent === undefined) continue;
      assert.equal(block.number, parent.number + 1n);
      assert.equal(block.parentHash, parent.hash);
      assert.ok(block.timestamp >= parent.timestamp);
    }
    assert.deepEqual(chain.head(), blocks.at(-1));
    assert.equal(chain.blockHash(chain.head().number + 1n), undefined);
  });

  test(`${name}: a reorg is one rollback to the common ancestor, then the new blocks`, async () => {
    const { chain, grow, reorg } = await start();
    await grow(4);
    const ancestor = chain.head().number;
    await grow(2);
    const abandoned = chain.blockHash(ancestor + 1n);
    const { seen } = record(chain);
    await reorg(2);
    assert.deepEqual(seen[0], { type: 'rollback', to: ancestor });
    const blocks = seen.slice(1).map((one) => (one.type === 'apply' ? one.block.ref : assert.fail('one rollback')));
    assert.deepEqual(
      blocks.map(({ number }) => number),
      [ancestor + 1n, ancestor + 2n, ancestor + 3n],
    );
    assert.equal(blocks[0]?.parentHash, chain.blockHash(ancestor));
    assert.notEqual(chain.blockHash(ancestor + 1n), abandoned);
  });

  test(`${name}: the hashes of the last 512 blocks are known, older ones are not`, async () => {
    const { chain, grow } = await start();
    await grow(520);
    const { number } = chain.head();
    assert.ok(chain.blockHash(number - 511n) !== undefined);
    assert.equal(chain.blockHash(number - 512n), undefined);
  });

  test(`${name}: who unsubscribed is not told any more`, async () => {
    const { chain, grow } = await start();
    const { seen, unsubscribe } = record(chain);
    await grow(1);
    const { length } = seen;
    assert.ok(length > 0);
    unsubscribe();
    await grow(1);
    assert.equal(seen.length, length);
  });
};
