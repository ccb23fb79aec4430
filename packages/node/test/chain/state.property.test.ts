import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  Address,
  applyOperatorEvent,
  type BatchHeader,
  BlockHash,
  type Bytes32,
  emptyOperatorTable,
  encodeDeltas,
  encodeNullifiers,
  isOperatorEvent,
  keccak256,
  ModelId,
  type OperatorEvent,
  type OperatorRow,
  type OperatorTable,
  snapshotRowsHash,
  tag,
  totalAttesterWeight,
  ZERO_BYTES32,
} from '@mlb/protocol';
import fc from 'fast-check';
import { type ChainView, createChainState } from '../../src/chain/state.ts';
import type { ChainBlock, ChainEvent, ChainObserver } from '../../src/port/chain.ts';

const SOURCE = { chainId: 31337, registry: Address(`0x${'01'.repeat(20)}`) };
const MLB = 10n ** 18n;
const PEOPLE = 5;
const hash = (text: string): Bytes32 => keccak256(tag(text));
const person = (n: number): Address => Address(`0x${hash(`person ${n}`).slice(26)}`);

/** What happens in a block, before it is known on which fork it lands. */
type Step =
  | { readonly type: 'register' | 'rotate' | 'open' | 'model' | 'seal' }
  | { readonly type: 'stake' | 'deposit' | 'request' | 'complete' | 'batch' | 'slash'; readonly amount: number };
type Act = { readonly step: Step; readonly who: number };
type Move =
  | { readonly type: 'extend'; readonly acts: readonly Act[] }
  | { readonly type: 'reorg'; readonly depth: number };

interface Fork {
  readonly blocks: readonly ChainBlock[];
  readonly table: OperatorTable;
}

const headerOf = (index: bigint, amount: number): BatchHeader => ({
  ...{ index, prevHash: ZERO_BYTES32, epoch: 1n, slot: index, leafCount: 1, leavesRoot: ZERO_BYTES32 },
  ...{ ledgerRoot: ZERO_BYTES32, deltasHash: ZERO_BYTES32, nullifiersHash: ZERO_BYTES32, slashesRoot: ZERO_BYTES32 },
  ...{ reputationRoot: ZERO_BYTES32, baseFee: BigInt(amount), treasuryUnits: 1n, burnUnits: 2n },
  dataCidDigest: ZERO_BYTES32,
});

const batchOf = (fork: Fork, who: number, amount: number): ChainEvent => {
  const index = BigInt(
    fork.blocks.flatMap(({ events }) => events).filter(({ type }) => type === 'batch-posted').length,
  );
  return {
    certificateHash: hash('certificate'),
    ...{ type: 'batch-posted', index: index + 1n, headerDigest: hash(`batch ${index} ${who} ${amount}`) },
    header: headerOf(index + 1n, amount),
    deltas: encodeDeltas([
      { kind: 0, account: who + 2, units: BigInt(amount) + 3n },
      { kind: 1, account: who + 2, units: BigInt(amount) },
    ]),
    nullifiers: encodeNullifiers([{ account: who + 2, word: amount % 2, mask: 1n << BigInt(amount) }]),
    transaction: hash('transaction'),
  };
};

const keysOf = (operator: Address, sessionKey: string) => ({
  ...{ operator, sessionKey: Address(`0x${hash(sessionKey).slice(26)}`), peerKey: hash('peer'), nonce: 0n },
  bindingSignature: new Uint8Array(64),
});

const registerOrRotate = (fork: Fork, who: number, step: Step): ChainEvent | undefined => {
  const operator = person(who);
  const isKnown = fork.table.identities.has(operator);
  if (isKnown !== (step.type === 'rotate')) return undefined;
  const keys = keysOf(operator, `session ${who} ${fork.blocks.length}`);
  if (isKnown) return { type: 'session-key-rotated', ...keys };
  return { type: 'operator-registered', ...keys, operatorIndex: fork.table.identities.size, runtimeClass: 0 };
};

/** Reckoned here as the registry does it, from public facts: the fold must come to the same rows. */
const rowsOf = (table: OperatorTable): readonly OperatorRow[] => {
  const rows = [...table.identities].flatMap(([operator, identity]) => {
    const stake = table.stakes.get(operator);
    if (stake === undefined || stake.isTombstoned || stake.roles === 0 || stake.activeWei < 75_000n * MLB) return [];
    const { operatorIndex, sessionKey, peerKey, runtimeClass } = identity;
    const stakeMlb = Number(stake.activeWei / MLB);
    return [
      { operatorIndex, operator, sessionKey, peerKey, stakeMlb, reputationBps: 5000, runtimeClass, roles: stake.roles },
    ];
  });
  return rows.sort((a, b) => a.operatorIndex - b.operatorIndex);
};

/** The seal that the real registry would log: its hash comes from the same table. */
const sealOf = (table: OperatorTable): ChainEvent => {
  const epoch = (table.latest?.epoch ?? 0n) + 1n;
  const rows = rowsOf(table);
  return {
    ...{ type: 'epoch-sealed', epoch, rowCount: rows.length },
    ...{ totalWeight: totalAttesterWeight({ rows }), rowsHash: snapshotRowsHash({ rows }) },
  };
};

const moneyOf = (fork: Fork, who: number, step: Step): ChainEvent | undefined => {
  const account = who + 2;
  switch (step.type) {
    case 'open':
      return { type: 'account-opened', account, owner: person(who) };
    case 'deposit':
      return { type: 'deposited', account, units: BigInt(step.amount) };
    case 'request': {
      const units = BigInt(step.amount);
      return { type: 'withdrawal-requested', kind: step.amount % 2, account, units, readyAtSec: 9n };
    }
    case 'complete':
      return { type: 'withdrawn', kind: step.amount % 2, account, units: BigInt(step.amount) };
    case 'batch':
      return batchOf(fork, who, step.amount);
    default:
      return undefined;
  }
};

const modelOf = ({ blocks }: Fork, who: number): ChainEvent => {
  const modelId = ModelId(hash(`model ${who}`));
  const isKnown = blocks.some(({ events }) =>
    events.some((event) => event.type === 'model-registered' && event.modelId === modelId),
  );
  if (isKnown) return { type: 'model-status', modelId, active: blocks.length % 2 === 0 };
  return {
    ...{ type: 'model-registered', modelId, provider: person(who), providerPeerKey: hash('peer'), cid: 'bafk' },
    ...{ sha256: hash('model'), sizeBytes: 1, name: `model ${who}`, priceWei: 1n, computeUnits: 1, mode: 0 },
    ...{ atolE9: 0n, rtolE9: 0n, engine: 'test' },
  };
};

const eventOf = (fork: Fork, { step, who }: Act): ChainEvent | undefined => {
  const operator = person(who);
  switch (step.type) {
    case 'register':
    case 'rotate':
      return registerOrRotate(fork, who, step);
    case 'stake': {
      const tombstoned = step.amount === 0;
      const stake = { activeWei: BigInt(step.amount) * 10_000n * MLB, unbondingWei: 1n, roles: 6, tombstoned };
      return { type: 'stake-changed', operator, ...stake };
    }
    case 'slash':
      return { type: 'slashed', operator, amountWei: BigInt(step.amount), bps: 10_000, reporter: operator };
    case 'model':
      return modelOf(fork, who);
    case 'seal':
      return sealOf(fork.table);
    default:
      return moneyOf(fork, who, step);
  }
};

let forks = 0;
const extend = (fork: Fork, acts: readonly Act[]): Fork => {
  const number = BigInt(fork.blocks.length);
  forks += 1;
  const parentHash = fork.blocks.at(-1)?.ref.hash ?? BlockHash(ZERO_BYTES32);
  const ref = { number, hash: BlockHash(hash(`block ${forks}`)), parentHash, timestamp: number };
  let { table } = fork;
  const events: ChainEvent[] = [];
  for (const act of acts) {
    const event = eventOf({ table, blocks: [...fork.blocks, { ref, events }] }, act);
    if (event === undefined) continue;
    events.push(event);
    if (isOperatorEvent(event)) table = applyOperatorEvent(table, event satisfies OperatorEvent, number);
  }
  return { blocks: [...fork.blocks, { ref, events }], table };
};

const cut = (fork: Fork, depth: number): Fork => {
  const blocks = fork.blocks.slice(0, Math.max(0, fork.blocks.length - depth));
  let table = emptyOperatorTable(SOURCE);
  for (const { ref, events } of blocks)
    for (const event of events) if (isOperatorEvent(event)) table = applyOperatorEvent(table, event, ref.number);
  return { blocks, table };
};

const people = Array.from({ length: PEOPLE }, (_, who) => who);
const accounts = Array.from({ length: PEOPLE + 2 }, (_, account) => account);

/** Everything the view can tell. */
const look = (view: ChainView): unknown => ({
  head: view.head(),
  latest: view.latestSnapshot(),
  epochs: people.map((n) => view.snapshotOf(BigInt(n))),
  at: people.map((n) => view.snapshotAt(BigInt(n))),
  stakes: people.map((n) => view.stakeOf(person(n))),
  keys: people.map((n) => [view.sessionKeyOf(person(n)), view.sessionKeysOf(person(n))]),
  slashes: view.slashes(),
  hasUnsealedChanges: view.hasUnsealedChanges(),
  models: view.models(),
  accounts: people.map((n) => [
    view.accountOf(person(n)),
    view.freeEscrowUnits(person(n)),
    view.earnedUnits(person(n)),
  ]),
  lanes: accounts.map((n) => [view.lane(0, n), view.lane(1, n), view.ownerOf(n)]),
  nonces: accounts.map((n) => Array.from({ length: 300 }, (_, nonce) => view.isNonceUsed(n, BigInt(nonce)))),
  batches: view.batches(),
  last: view.lastBatch(),
  baseFee: view.baseFee(),
});

const folded = (blocks: readonly ChainBlock[]): unknown => {
  const state = createChainState(SOURCE);
  for (const block of blocks) state.apply(block);
  return look(state);
};

const amount = fc.integer({ min: 0, max: 20 });
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.constantFrom<Step>(
    { type: 'register' },
    { type: 'rotate' },
    { type: 'open' },
    { type: 'model' },
    { type: 'seal' },
  ),
  fc.record({
    type: fc.constantFrom<'stake' | 'deposit' | 'request' | 'complete' | 'batch' | 'slash'>(
      ...(['stake', 'deposit', 'request', 'complete', 'batch', 'slash'] as const),
    ),
    amount,
  }),
);
const anyMove: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('extend' as const),
      acts: fc.array(fc.record({ step: anyStep, who: fc.integer({ min: 0, max: PEOPLE - 1 }) }), { maxLength: 4 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('reorg' as const), depth: fc.integer({ min: 1, max: 6 }) }) },
);

const play = (moves: readonly Move[], state: ChainView & ChainObserver): Fork => {
  let fork: Fork = { blocks: [], table: emptyOperatorTable(SOURCE) };
  for (const move of moves) {
    if (move.type === 'reorg') {
      fork = cut(fork, move.depth);
      state.rollback(BigInt(fork.blocks.length) - 1n);
    } else {
      fork = extend(fork, move.acts);
      const block = fork.blocks.at(-1);
      if (block !== undefined) state.apply(block);
    }
  }
  return fork;
};

test('I10: after any reorgs the state is exactly the fold of the canonical blocks', () => {
  fc.assert(
    fc.property(fc.array(anyMove, { maxLength: 40 }), (moves) => {
      const state = createChainState(SOURCE);
      const fork = play(moves, state);
      assert.deepEqual(look(state), folded(fork.blocks));
    }),
    { numRuns: 300 },
  );
});

test('a reorg deeper than can be undone is refused loudly; one to before the deployment starts again', () => {
  const state = createChainState(SOURCE);
  for (let n = 0n; n < 1100n; n += 1n) {
    const ref = { number: n, hash: BlockHash(hash(`${n}`)), parentHash: BlockHash(hash(`${n - 1n}`)), timestamp: n };
    state.apply({ ref, events: n === 3n ? [{ type: 'deposited', account: 2, units: 5n }] : [] });
  }
  assert.equal(state.escrowUnits(2), 5n);
  assert.throws(() => state.rollback(10n), /deeper than the 1024 blocks/);
  state.rollback(-1n);
  assert.equal(state.escrowUnits(2), 0n);
  assert.equal(state.head(), undefined);
});

test('a seal whose rows are not the folded ones is an error, not a guess', () => {
  const state = createChainState(SOURCE);
  const ref = { number: 1n, hash: BlockHash(hash('1')), parentHash: BlockHash(hash('0')), timestamp: 1n };
  const seal: ChainEvent = { type: 'epoch-sealed', epoch: 1n, rowCount: 0, totalWeight: 0n, rowsHash: hash('other') };
  assert.throws(() => state.apply({ ref, events: [seal] }), { code: 'BAD_SNAPSHOT' });
});
