// Tampers with batches at random and looks for the proof of each wrong one: `pnpm --filter @mlb/contracts soundness`.
import { tamperBatches } from '../test/support/soundness.ts';

const batches = Number(process.argv[2] ?? 200_000);
const startedAtMs = Date.now();
const result = tamperBatches({ seed: 99, batches });
console.log(JSON.stringify({ batches, ...result, seconds: (Date.now() - startedAtMs) / 1000 }, undefined, 2));
