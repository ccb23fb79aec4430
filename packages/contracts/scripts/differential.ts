// Random rounds and payouts in TypeScript and in Solidity, equal to the bit: `pnpm --filter @mlb/contracts differential`.
import { loadSecp256k1 } from '../test/bench/secp256k1.ts';
import { createTestChain } from '../test/support/chain.ts';
import { compareRounds } from '../test/support/differential.ts';

const rounds = Number(process.argv[2] ?? 100_000);
const seed = Number(process.argv[3] ?? 20_268);
const startedAtMs = Date.now();
await using chain = await createTestChain();
const counts = await compareRounds(chain, { rounds, seed, secp256k1: loadSecp256k1() });
console.log(JSON.stringify({ seed, ...counts, seconds: (Date.now() - startedAtMs) / 1000 }, undefined, 2));
