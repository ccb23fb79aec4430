import { createLogUpdate } from 'log-update';

const WIDTH = 30;
/** A terminal is not repainted more often. */
const REDRAW_MS = 100;

/** A bar for people on a terminal, and nothing elsewhere. */
export interface Progress {
  readonly at: (done: number, violations: number) => void;
  readonly end: () => void;
}

const SILENT: Progress = { at: () => {}, end: () => {} };

const clock = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${Math.floor(seconds % 60)
    .toString()
    .padStart(2, '0')}`;

export const createProgress = (stream: NodeJS.WriteStream, total: number, isShown: boolean): Progress => {
  if (!isShown || stream.isTTY !== true) return SILENT;
  const update = createLogUpdate(stream);
  const startedMs = performance.now();
  let drawnMs = Number.NEGATIVE_INFINITY;
  return {
    at: (done, violations) => {
      const nowMs = performance.now();
      if (nowMs - drawnMs < REDRAW_MS && done < total) return;
      drawnMs = nowMs;
      const filled = Math.round((WIDTH * done) / total);
      const leftSec = (((nowMs - startedMs) / done) * (total - done)) / 1000;
      const bar = `${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)}`;
      update(`${bar} ${done}/${total} runs, ${violations} violations, ${clock(leftSec)} left`);
    },
    end: () => update.clear(),
  };
};
