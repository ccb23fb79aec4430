import { Worker } from 'node:worker_threads';
import type { PlanOptions, SeedReport } from '@mlb/simulator';
import { moduleBeside } from '../devnet/module.ts';

export interface Campaign {
  readonly from: number;
  readonly seeds: number;
  readonly options: PlanOptions;
  readonly isRealCrypto: boolean;
  /** Threads. */
  readonly jobs: number;
  /** Told after each run. */
  readonly onReport: (done: number, report: SeedReport) => void;
  /** Stops it; what is done so far is the result. */
  readonly signal: AbortSignal;
}

/** Runs all seeds over some threads. Reports come back in the order of seeds. Throws what a run threw. */
export const runCampaign = async (campaign: Campaign): Promise<readonly SeedReport[]> => {
  const { from, seeds, options, isRealCrypto, jobs, onReport, signal } = campaign;
  const reports: SeedReport[] = [];
  let next = from;
  const work = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(moduleBeside('./worker', import.meta.url));
      const end = (finish: () => void): void => {
        signal.removeEventListener('abort', stop);
        void worker.terminate().then(finish);
      };
      const stop = (): void => end(resolve);
      const give = (): void => {
        if (next >= from + seeds || signal.aborted) {
          stop();
          return;
        }
        worker.postMessage({ seed: next, options, isRealCrypto });
        next += 1;
      };
      signal.addEventListener('abort', stop, { once: true });
      worker.on('message', (report: SeedReport) => {
        reports.push(report);
        onReport(reports.length, report);
        give();
      });
      worker.once('error', (error) => end(() => reject(error)));
      give();
    });
  await Promise.all(Array.from({ length: Math.min(jobs, seeds) }, work));
  return reports.toSorted((a, b) => a.seed - b.seed);
};
