import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import type { Fraud, LedgerRow } from '@mlb/protocol';
import { type Hex, parseEventLogs } from 'viem';
import { escrowAbi, ledgerProofsAbi, settlementAbi } from '../../abi/index.ts';
import { createTestChain, type TestChain, type Wallet } from '../support/chain.ts';
import { change, type Forgery, forge } from '../support/forge.ts';
import { type ClaimedBatch, createFraudNetwork, type FraudNetwork, type PostedClaim } from '../support/network.ts';
import { prove, refusalOf } from '../support/prove.ts';

const REQUESTERS = ['alice', 'bob', 'carol'];
const OPERATORS = 8;

describe('a batch whose money is not its leaves’', () => {
  let chain: TestChain;
  let network: FraudNetwork;
  let watcher: Wallet;
  let honest: ClaimedBatch;
  let snapshotId: Hex;

  before(async () => {
    chain = await createTestChain();
    network = await createFraudNetwork(chain, { operators: OPERATORS, requesters: REQUESTERS });
    watcher = await chain.fundedWallet();
    const choices = Array.from({ length: 6 }, (_, i) => ({ requester: REQUESTERS[i % 3] ?? '' }));
    honest = await network.build(await network.tasks(choices));
  });
  beforeEach(async () => {
    snapshotId = await chain.testClient.snapshot();
  });
  afterEach(() => chain.testClient.revert({ id: snapshotId }));
  after(() => chain[Symbol.asyncDispose]());

  const balances = async (): Promise<readonly bigint[]> => {
    const { escrow } = network.deployment.addresses;
    const count = await network.read<number>([escrow, escrowAbi, 'accountCount']);
    const lanes = Array.from({ length: count + 1 }, (_, account) => [
      network.read<bigint>([escrow, escrowAbi, 'escrowOf'], account),
      network.read<bigint>([escrow, escrowAbi, 'earnedOf'], account),
    ]);
    return Promise.all(lanes.flat());
  };

  const isOpen = ({ posted }: PostedClaim) =>
    network.read<boolean>(
      [network.deployment.addresses.settlement, settlementAbi, 'isOpen'],
      posted.header,
      posted.certificateHash,
    );

  /** Posts the forged batch, refuses the proof for the honest one, and convicts. */
  const assertConvicted = async (forgery: Forgery, fraud: Fraud, name: string): Promise<void> => {
    const before_ = await balances();
    const forged = forge(honest, forgery);
    const claim = await network.post(forged);
    const receipt = await prove(network, watcher, { batch: forged, claim, fraud });
    const [proven] = parseEventLogs({ abi: ledgerProofsAbi, eventName: 'FraudProven', logs: receipt.logs });
    assert.equal(proven?.args.reporter, watcher.account.address, name);
    assert.deepEqual(await balances(), before_);
    assert.equal(await isOpen(claim), false);
    assert.equal(await refusalOf(prove(network, watcher, { batch: forged, claim, fraud })), 'NotOpen');
  };

  const last = (rows: readonly LedgerRow[]): number => rows.length - 1;

  test('F1: a row that says something else than its leaf', async () => {
    const index = honest.leaves[2]?.ledgerRows[0] ?? 0;
    // One unit more, and every sum of the account after it as well.
    const account = honest.ledger.rows[index]?.account;
    const rows = (list: readonly LedgerRow[]) =>
      list.map((row, i) =>
        row.kind === 0 && row.account === account && i >= index
          ? { ...row, units: row.units + (i === index ? 1n : 0n), runningUnits: row.runningUnits + 1n }
          : row,
      );
    const deltas: Forgery['deltas'] = (list) =>
      list.map((delta) =>
        delta.kind === 0 && delta.account === account ? { ...delta, units: delta.units + 1n } : delta,
      );
    const header = { treasuryUnits: honest.header.treasuryUnits + 1n };
    await assertConvicted({ rows, deltas, header }, { type: 'entry-mismatch', leaf: 2, slot: 0, row: index }, 'entry');
  });

  test('F1: a leaf that names no row', async () => {
    const leaves: Forgery['leaves'] = (list) => change(list, 1, (leaf) => ({ ...leaf, ledgerRows: [] }));
    await assertConvicted({ leaves }, { type: 'entry-mismatch', leaf: 1, slot: 3, row: undefined }, 'no row');
  });

  test('F2: a row that no leaf backs', async () => {
    const extra = honest.ledger.rows.findLast((row) => row.kind === 1) as LedgerRow;
    const at = honest.ledger.rows.indexOf(extra) + 1;
    const rows: Forgery['rows'] = (list) =>
      list.toSpliced(at, 0, { ...extra, units: 5n, runningUnits: extra.runningUnits + 5n });
    const leaves: Forgery['leaves'] = (list) =>
      list.map((leaf) => ({ ...leaf, ledgerRows: leaf.ledgerRows.map((row) => (row >= at ? row + 1 : row)) }));
    await assertConvicted({ rows, leaves }, { type: 'orphan-row', row: at, leaf: extra.leaf }, 'orphan');
  });

  test('F2: a row of a leaf that the batch does not have', async () => {
    const end = { kind: 3, account: 0, units: 1n, runningUnits: 9n, leaf: 6, slot: 7 };
    const rows: Forgery['rows'] = (list) => [...list, end];
    const fraud = { type: 'orphan-row', row: honest.ledger.rows.length, leaf: undefined } as const;
    await assertConvicted({ rows }, fraud, 'orphan');
  });

  test('F3: rows out of order', async () => {
    const rows: Forgery['rows'] = (list) => [...list.slice(0, -2), list.at(-1) as LedgerRow, list.at(-2) as LedgerRow];
    const index = honest.ledger.rows.length - 2;
    const swapped = rows?.(honest.ledger.rows) ?? [];
    const first = swapped[index]?.runningUnits !== undefined ? index - 1 : index;
    const fraud = { type: 'bad-order', first, second: first + 1 } as const;
    await assertConvicted({ rows }, fraud, 'order');
  });

  test('F3: a wrong running sum, the first of all among them', async () => {
    const wrong = (row: LedgerRow): LedgerRow => ({ ...row, runningUnits: row.runningUnits + 7n });
    await assertConvicted(
      { rows: (list) => change(list, 0, wrong) },
      { type: 'bad-order', first: 0, second: undefined },
      'first',
    );
  });

  test('F3: a wrong running sum in the middle', async () => {
    const wrong = (row: LedgerRow): LedgerRow => ({ ...row, runningUnits: row.runningUnits + 7n });
    const rows: Forgery['rows'] = (list) => change(list, 10, wrong);
    await assertConvicted({ rows }, { type: 'bad-order', first: 9, second: 10 }, 'middle');
  });

  test('F4: a delta that is not the sum of its account', async () => {
    const deltas: Forgery['deltas'] = (list) =>
      list.map((delta, i) => (i === 0 ? { ...delta, units: delta.units + 3n } : delta));
    const header = { burnUnits: honest.header.burnUnits + 3n };
    const first = honest.ledger.rows[0] as LedgerRow;
    const lastRow = honest.ledger.rows.findLastIndex((row) => row.kind === 0 && row.account === first.account);
    await assertConvicted({ deltas, header }, { type: 'wrong-delta', last: lastRow, next: lastRow + 1 }, 'delta');
  });

  test('F4: what should be burned goes to the treasury', async () => {
    const { treasuryUnits, burnUnits } = honest.header;
    const header = { treasuryUnits: treasuryUnits + burnUnits, burnUnits: 0n };
    const fraud = { type: 'wrong-delta', last: last(honest.ledger.rows), next: undefined } as const;
    await assertConvicted({ header }, fraud, 'burn');
  });

  test('F5: a credit for an account without a row', async () => {
    const { escrow } = network.deployment.addresses;
    const thief = await chain.fundedWallet();
    await network.send(thief, [escrow, escrowAbi, 'open'], thief.account.address);
    const account = await network.read<number>([escrow, escrowAbi, 'accountOf'], thief.account.address);
    const { treasuryUnits } = honest.header;
    const deltas: Forgery['deltas'] = (list) => [...list, { kind: 1, account, units: treasuryUnits }];
    const key = (1n << 32n) | BigInt(account);
    const next = honest.ledger.rows.findIndex((row) => row.kind === 2);
    const fraud = { type: 'phantom-delta', key, before: next - 1, next } as const;
    // The stolen units are the treasury's: that is a second fraud of the same batch.
    await assertConvicted({ deltas, header: { treasuryUnits: 0n } }, fraud, 'phantom');
  });

  test('F5: a credit where the ledger is empty', async () => {
    const key = (1n << 32n) | BigInt(honest.ledger.rows.find(({ kind }) => kind === 1)?.account ?? 0);
    const fraud = { type: 'phantom-delta', key, before: undefined, next: undefined } as const;
    await assertConvicted({ rows: () => [] }, fraud, 'empty');
  });

  test('F7: a nonce that stays unused', async () => {
    const nullifiers: Forgery['nullifiers'] = (list) => change(list, 0, (row) => ({ ...row, mask: row.mask << 64n }));
    const leaf = honest.leaves.findIndex(({ order }) => order.body.requester === requesterOfFirstNullifier());
    await assertConvicted({ nullifiers }, { type: 'nonce-not-spent', leaf }, 'nonce');
  });
  const requesterOfFirstNullifier = (): string => {
    // Accounts are numbered in the order of the deposits: alice has the least.
    const alice = honest.leaves.find(({ order }) => order.body.nonce === 0n);
    return alice?.order.body.requester ?? '';
  };

  test('F7: one nonce in two leaves', async () => {
    const leaves: Forgery['leaves'] = (list) => change(list, 1, () => list[0] as (typeof list)[number]);
    await assertConvicted({ leaves }, { type: 'nonce-twice', first: 0, second: 1 }, 'twice');
  });

  test('no proof works against an honest batch, and a liar cannot open what is not there', async () => {
    const claim = await network.post(honest);
    const rows = honest.ledger.rows;
    const index = honest.leaves[0]?.ledgerRows[0] ?? 0;
    const credit = rows.findIndex(({ kind }) => kind === 1);
    const frauds: readonly Fraud[] = [
      { type: 'entry-mismatch', leaf: 0, slot: 0, row: index },
      { type: 'entry-mismatch', leaf: 0, slot: 2, row: honest.leaves[0]?.ledgerRows[2] },
      { type: 'entry-mismatch', leaf: 0, slot: 9, row: index },
      { type: 'orphan-row', row: 3, leaf: rows[3]?.leaf },
      { type: 'bad-order', first: 0, second: 1 },
      { type: 'bad-order', first: credit - 1, second: credit },
      { type: 'wrong-delta', last: 0, next: 1 },
      { type: 'wrong-delta', last: last(rows), next: undefined },
      { type: 'phantom-delta', key: 77n, before: credit - 1, next: credit },
      {
        type: 'phantom-delta',
        key: (1n << 32n) | BigInt(rows[credit]?.account ?? 0),
        before: credit,
        next: credit + 1,
      },
      { type: 'nonce-not-spent', leaf: 0 },
      { type: 'nonce-twice', first: 0, second: 1 },
      { type: 'nonce-twice', first: 0, second: 0 },
      { type: 'invalid-leaf', leaf: 0, code: 'BAD_CERTIFICATE' },
    ];
    for (const fraud of frauds) {
      assert.equal(
        await refusalOf(prove(network, watcher, { batch: honest, claim, fraud })),
        'NotFraud',
        JSON.stringify(fraud, (_, value) => (typeof value === 'bigint' ? `${value}` : value)),
      );
    }
    const mirror = forge(honest, { rows: (list) => change(list, 4, (row) => ({ ...row, units: row.units + 1n })) });
    const fraud = { type: 'bad-order', first: 3, second: 4 } as const;
    assert.equal(await refusalOf(prove(network, watcher, { batch: mirror, claim, fraud })), 'LedgerNotInBatch');
    assert.equal(
      await refusalOf(
        prove(network, watcher, { batch: honest, claim, fraud: { type: 'bad-order', first: 3, second: 5 } }),
      ),
      'NotNeighbours',
    );
    assert.equal(await isOpen(claim), true);
  });

  test('after the window the same proof comes too late', async () => {
    const leaves: Forgery['leaves'] = (list) => change(list, 1, (leaf) => ({ ...leaf, ledgerRows: [] }));
    const forged = forge(honest, { leaves });
    const claim = await network.post(forged);
    await chain.testClient.increaseTime({ seconds: 3600 });
    const fraud = { type: 'entry-mismatch', leaf: 1, slot: 0, row: undefined } as const;
    assert.equal(await refusalOf(prove(network, watcher, { batch: forged, claim, fraud })), 'NotOpen');
  });
});
