import type { DemoAudience } from './run.ts';

const seconds = (startedAtMs: number): string => `${((Date.now() - startedAtMs) / 1000).toFixed(1).padStart(5)} s`;
const percent = (bps = 0): string => `${bps / 100} %`;

/** One line an event, for pipes, logs and CI. */
export const createPlainView = (write: (line: string) => void): DemoAudience & { readonly end: () => void } => {
  const startedAtMs = Date.now();
  const say = (text: string): void => write(`${seconds(startedAtMs)}  ${text}`);
  return {
    stage: say,
    devnet: ({ rpcUrl, operators }) => say(`L2 at ${rpcUrl}, ${operators.length} operators staked`),
    submitted: () => undefined,
    agreed: (index, task, recognised, label) =>
      say(
        `image ${String(index + 1).padStart(2)}: ${recognised}${recognised === label ? '' : ` (is ${label})`}  agreed by ${percent(task.confidenceBps)}  ${task.modelName ?? ''}`,
      ),
    noQuorum: (index) => say(`image ${String(index + 1).padStart(2)}: no quorum, refundable; ordered again`),
    settled: () => undefined,
    end: () => undefined,
  };
};
