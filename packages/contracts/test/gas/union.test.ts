import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { type BatchLeaf, leafToAbi, openBatch } from '@mlb/protocol';
import type { Hex } from 'viem';
import { leafProofsAbi } from '../../abi/index.ts';
import { createTestChain } from '../support/chain.ts';
import { change, forge, restate } from '../support/forge.ts';
import { type ClaimedBatch, createFraudNetwork } from '../support/network.ts';
import type { OrderChoice } from '../support/settled-task.ts';

const SNAPSHOT = new URL('../../snapshots/union-gas.json', import.meta.url);
/** Every run has other block hashes, so other draws: their walks over the table are up to two percent longer or shorter. */
const TOLERANCE = 0.03;
/** The bar of the project for every fraud proof. */
const MAX_GAS = 500_000;
const OPERATORS = 45;
/** With the operators and the provider: 132 accounts. */
const REQUESTERS = Array.from({ length: 86 }, (_, i) => `requester ${i}`);
const LEAF = 57;

const UNIONS: Readonly<Record<string, Partial<OrderChoice>>> = {
  '4 seats': {},
  '4 seats, two declined': { declined: [1, 2] },
  '13 seats': { round: 1 },
  '13 seats, two declined': { round: 1, declined: [1, 2] },
  '32 seats': { round: 2 },
  '44 seats': { round: 2, order: { redundancy: 6 } },
};

/** A leaf that breaks exactly one rule, so late that everything before it was looked at. */
const faultsOf = (
  leaf: BatchLeaf,
  restated: (committee: readonly number[]) => BatchLeaf,
): Record<string, BatchLeaf> => {
  const last = leaf.committee.length - 1;
  const others = Array.from({ length: OPERATORS }, (_, row) => row).filter((row) => !leaf.committee.includes(row));
  const { certificate } = leaf;
  const wrong = change(certificate.signatures, certificate.signatures.length - 1, (one) => ({
    ...one,
    signature: certificate.signatures[0]?.signature ?? one.signature,
  }));
  return {
    'committee not drawn': restated(change(leaf.committee, last, () => others[0] ?? 0)),
    'wrong signature': { ...leaf, certificate: { ...certificate, signatures: wrong } },
    'below 70 %': { ...leaf, certificate: { ...certificate, signatures: certificate.signatures.slice(0, 2) } },
  };
};

test('gas of proofs about large committees is what snapshots/union-gas.json says, and below the bar where the rule is named', async () => {
  await using chain = await createTestChain();
  const network = await createFraudNetwork(chain, { operators: OPERATORS, requesters: REQUESTERS });
  const watcher = await chain.fundedWallet();
  const target = (functionName: string) =>
    [network.deployment.addresses.leafProofs as Hex, leafProofsAbi, functionName] as const;
  await network.post(await network.build(await network.tasks(REQUESTERS.map((requester) => ({ requester })))));
  const gas: Record<string, number> = {};

  for (const [union, choice] of Object.entries(UNIONS)) {
    const tasks = await network.tasks(REQUESTERS.map((requester) => ({ requester, ...choice })));
    const batch = await network.build(tasks);
    const restated = (committee: readonly number[]) =>
      restate(network.domain, batch.leaves[LEAF] as BatchLeaf, {}, committee);
    for (const [fault, leaf] of Object.entries(faultsOf(batch.leaves[LEAF] as BatchLeaf, restated))) {
      const forged: ClaimedBatch = forge(batch, { leaves: (leaves) => change(leaves, LEAF, () => leaf) });
      const opening = openBatch({ leaves: forged.leaves, rows: forged.ledger.rows }).leaf(LEAF);
      const prove = async (name: string, ...args: readonly unknown[]): Promise<void> => {
        const id = await chain.testClient.snapshot();
        const claim = await network.post(forged);
        const { gasUsed } = await network.send(watcher, target(name), claim.posted, opening, ...args);
        gas[`${name}, ${fault}, ${union}`] = Number(gasUsed);
        await chain.testClient.revert({ id });
      };
      const { timestamp } = await chain.publicClient.getBlock();
      const call = target('leafFaultOf');
      const [number, place] = await network.read<readonly [number, bigint]>(
        call,
        leafToAbi(leaf),
        forged.header.baseFee,
        timestamp,
      );
      await prove('proveInvalidLeaf');
      await prove('proveLeafFault', number, place);
    }
  }

  if (process.env.UPDATE_GAS === '1') await writeFile(SNAPSHOT, `${JSON.stringify(gas, undefined, 2)}\n`);
  const expected: Record<string, number> = JSON.parse(await readFile(SNAPSHOT, 'utf8'));
  assert.deepEqual(Object.keys(gas), Object.keys(expected));
  for (const [name, used] of Object.entries(gas)) {
    const was = expected[name] ?? 0;
    assert.ok(Math.abs(used - was) <= was * TOLERANCE, `${name}: ${used} gas, the snapshot says ${was}`);
    if (name.startsWith('proveLeafFault')) assert.ok(used < MAX_GAS, `${name}: ${used} gas`);
  }
});
