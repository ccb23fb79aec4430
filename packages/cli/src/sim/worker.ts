import { parentPort } from 'node:worker_threads';
import { drawPlan, reportOf, runPlan } from '@mlb/simulator';
import { cryptoOf, type SeedJob } from './job.ts';

// One thread of a campaign: a seed comes in, its report goes out.
parentPort?.on('message', ({ seed, options, isRealCrypto }: SeedJob) => {
  parentPort?.postMessage(reportOf(runPlan(drawPlan(seed, options), cryptoOf(isRealCrypto))));
});
