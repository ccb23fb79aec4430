import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { type Domain, type Fraud, type LedgerRow, openBatch, toHex } from '@mlb/protocol';
import type { Hex } from 'viem';
import { blockHashesAbi, dataChallengesAbi, settlementAbi } from '../../abi/index.ts';
import { createTestChain } from '../support/chain.ts';
import { change, type Forgery, forge, restate } from '../support/forge.ts';
import { type ClaimedBatch, createFraudNetwork, movementsIn } from '../support/network.ts';
import { prove, proveByRule } from '../support/prove.ts';

const SNAPSHOT = new URL('../../snapshots/fraud-gas.json', import.meta.url);
const TOLERANCE = 0.005;
/** The bar of the project for every fraud proof. */
const MAX_GAS = 500_000;
const REQUESTERS = Array.from({ length: 100 }, (_, i) => `requester ${i}`);
const OPERATORS = 31;

const wrongSum = (row: LedgerRow): LedgerRow => ({ ...row, runningUnits: row.runningUnits + 1n });
const last = (batch: ClaimedBatch): number => batch.ledger.rows.length - 1;

/** One of each kind, at places where a proof is longest. */
const fraudsOf = (domain: Domain, batch: ClaimedBatch): Record<string, readonly [Forgery, Fraud]> => {
  const { rows } = batch.ledger;
  const entry = batch.leaves[57]?.ledgerRows[4] ?? 0;
  const extra = rows[150] as LedgerRow;
  const moved = (row: number): number => (row >= 151 ? row + 1 : row);
  return {
    'F1 entry mismatch': [
      { rows: (list) => change(list, entry, (row) => ({ ...row, units: row.units + 1n })) },
      { type: 'entry-mismatch', leaf: 57, slot: 4, row: entry },
    ],
    'F1 entry mismatch, batcher': [
      {
        rows: (list) =>
          change(list, batch.leaves[57]?.ledgerRows[2] ?? 0, (row) => ({ ...row, units: row.units + 1n })),
      },
      { type: 'entry-mismatch', leaf: 57, slot: 2, row: batch.leaves[57]?.ledgerRows[2] },
    ],
    'F2 orphan row': [
      {
        rows: (list) => list.toSpliced(151, 0, extra),
        leaves: (list) => list.map((leaf) => ({ ...leaf, ledgerRows: leaf.ledgerRows.map(moved) })),
      },
      { type: 'orphan-row', row: 151, leaf: extra.leaf },
    ],
    'F3 bad order': [{ rows: (list) => change(list, 200, wrongSum) }, { type: 'bad-order', first: 199, second: 200 }],
    'F4 wrong delta': [
      {
        header: {
          treasuryUnits: batch.header.treasuryUnits + batch.header.burnUnits - 1n,
          burnUnits: 1n,
        },
      },
      { type: 'wrong-delta', last: last(batch), next: undefined },
    ],
    'F5 phantom delta': [
      { rows: () => [] },
      { type: 'phantom-delta', key: BigInt(rows[50]?.account ?? 0), before: undefined, next: undefined },
    ],
    'F6 invalid leaf, order signature': [
      {
        leaves: (list) =>
          change(list, 57, (leaf) => ({ ...leaf, order: { ...leaf.order, signature: new Uint8Array(64) } })),
      },
      { type: 'invalid-leaf', leaf: 57, code: 'BAD_ORDER_SIGNATURE' },
    ],
    'F6 invalid leaf, below 70 %': [
      {
        leaves: (list) =>
          change(list, 57, (leaf) => ({
            ...leaf,
            certificate: { ...leaf.certificate, signatures: leaf.certificate.signatures.slice(0, 2) },
          })),
      },
      { type: 'invalid-leaf', leaf: 57, code: 'BAD_CERTIFICATE' },
    ],
    // Costs most: every other rule is checked before the draw.
    'F6 invalid leaf, committee not drawn': [
      {
        leaves: (list) =>
          change(list, 57, (leaf) => {
            const others = Array.from({ length: OPERATORS }, (_, row) => row);
            return restate(domain, leaf, {}, others.filter((row) => !leaf.committee.includes(row)).slice(0, 4));
          }),
      },
      { type: 'invalid-leaf', leaf: 57, code: 'WRONG_COMMITTEE' },
    ],
    'F7 nonce not spent': [
      { nullifiers: (list) => change(list, 57, (row) => ({ ...row, mask: row.mask << 20n })) },
      { type: 'nonce-not-spent', leaf: -1 },
    ],
    'F7 nonce twice': [
      { leaves: (list) => change(list, 58, () => list[57] as (typeof list)[number]) },
      { type: 'nonce-twice', first: 57, second: 58 },
    ],
  };
};

test('gas of every fraud proof at 132 accounts is what snapshots/fraud-gas.json says, and below the bar', async () => {
  await using chain = await createTestChain();
  const network = await createFraudNetwork(chain, { operators: OPERATORS, requesters: REQUESTERS });
  const watcher = await chain.fundedWallet();
  // Balances and nonce words that are not zero: what a running network pays.
  await network.post(await network.build(await network.tasks(REQUESTERS.map((requester) => ({ requester })))));
  const batch = await network.build(await network.tasks(REQUESTERS.map((requester) => ({ requester }))));
  const gas: Record<string, number> = {};
  const settlement = network.deployment.addresses.settlement;
  const accounts = new Set(
    batch.ledger.rows.filter(({ kind }) => kind <= 1).map(({ kind, account }) => `${kind}/${account}`),
  );
  assert.equal(accounts.size, 132);

  for (const [name, [forgery, claimed]] of Object.entries(fraudsOf(network.domain, batch))) {
    const id = await chain.testClient.snapshot();
    const forged = forge(batch, forgery);
    const claim = await network.post(forged);
    const fraud = claimed.type === 'nonce-not-spent' ? { ...claimed, leaf: await unspentLeaf(forged) } : claimed;
    if (fraud.type === 'invalid-leaf') {
      const unproven = await chain.testClient.snapshot();
      const named = await proveByRule(network, watcher, { batch: forged, claim, leaf: fraud.leaf });
      gas[`${name}, rule named`] = Number(named.gasUsed);
      await chain.testClient.revert({ id: unproven });
    }
    const { gasUsed } = await prove(network, watcher, { batch: forged, claim, fraud });
    gas[name] = Number(gasUsed);
    if (name === 'F3 bad order') {
      const target = (functionName: string) => [settlement, settlementAbi, functionName] as const;
      const { certificateHash } = claim.posted;
      const free = [forged.header, certificateHash, toHex(forged.nullifiers)] as const;
      gas['Settlement.freeNonces, 100 nonces'] = Number(
        (await network.send(watcher, target('freeNonces'), ...free)).gasUsed,
      );
      const slash = await network.send(watcher, target('slashSigners'), forged.header, claim.certificate, 1);
      gas['Settlement.slashSigners, the first of 31'] = Number(slash.gasUsed);
    }
    await chain.testClient.revert({ id });
  }

  async function unspentLeaf(forged: ClaimedBatch): Promise<number> {
    const view = await network.view();
    const account = forged.leaves.map((leaf) => movementsIn(view, leaf)[0]?.account ?? 0);
    const sorted = [...account].sort((a, b) => a - b);
    return account.indexOf(sorted[57] ?? 0);
  }

  const id = await chain.testClient.snapshot();
  const claim = await network.post(batch);
  const openings = openBatch({ leaves: batch.leaves, rows: batch.ledger.rows });
  const data = (functionName: string) =>
    [network.deployment.addresses.dataChallenges as Hex, dataChallengesAbi, functionName] as const;
  const [address, abi, functionName] = data('challenge');
  const challenge = async (part: number, place: number): Promise<number> => {
    const args = [claim.posted, part, place];
    const hash = await watcher.writeContract({ address, abi, functionName, args, value: 10n ** 15n } as never);
    return Number((await chain.publicClient.waitForTransactionReceipt({ hash })).gasUsed);
  };
  gas['data challenge'] = await challenge(0, 57);
  await challenge(1, 200);
  await challenge(0, 58);
  const answer = await network.send(watcher, data('answerLeaf'), claim.posted, openings.leaf(57));
  gas['data answer, leaf'] = Number(answer.gasUsed);
  const row = await network.send(watcher, data('answerRow'), claim.posted, 200, openings.ledger, openings.row(200));
  gas['data answer, row'] = Number(row.gasUsed);
  await chain.testClient.increaseTime({ seconds: 1800 });
  gas['data withheld'] = Number((await network.send(watcher, data('proveWithheld'), claim.posted, 0, 58)).gasUsed);
  await chain.testClient.revert({ id });
  const { blockHashes } = network.deployment.addresses;
  const head = await chain.publicClient.getBlockNumber({ cacheTime: 0 });
  const noted = await network.send(watcher, [blockHashes as Hex, blockHashesAbi, 'note'], head);
  gas['BlockHashes.note'] = Number(noted.gasUsed);

  if (process.env.UPDATE_GAS === '1') await writeFile(SNAPSHOT, `${JSON.stringify(gas, undefined, 2)}\n`);
  const expected: Record<string, number> = JSON.parse(await readFile(SNAPSHOT, 'utf8'));
  assert.deepEqual(Object.keys(gas), Object.keys(expected));
  for (const [name, used] of Object.entries(gas)) {
    const was = expected[name] ?? 0;
    assert.ok(Math.abs(used - was) <= was * TOLERANCE, `${name}: ${used} gas, the snapshot says ${was}`);
    if (name.startsWith('F')) assert.ok(used < MAX_GAS, `${name}: ${used} gas`);
  }
});
