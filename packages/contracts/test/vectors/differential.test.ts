import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nobleSecp256k1 } from '@mlb/protocol';
import { createTestChain } from '../support/chain.ts';
import { compareRounds } from '../support/differential.ts';

const ROUNDS = 1000;

test('random rounds and payouts are the same in TypeScript and Solidity (`pnpm differential` plays 100 000)', async () => {
  await using chain = await createTestChain();
  const counts = await compareRounds(chain, { rounds: ROUNDS, seed: 4, secp256k1: nobleSecp256k1 });
  assert.equal(counts.rounds, ROUNDS);
  // Both sides of every rule were met.
  for (const [name, count] of Object.entries(counts)) assert.ok(count >= 50 && count <= ROUNDS, `${name}: ${count}`);
});
