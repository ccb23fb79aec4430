import { createLogUpdate } from 'log-update';
import pc from 'picocolors';
import type { DemoAudience } from './run.ts';

type CellState = 'waiting' | 'ordered' | 'again' | 'agreed' | 'wrong' | 'settled';

interface Cell {
  readonly state: CellState;
  readonly text: string;
}

const COLUMNS = 8;
const PAINT: Readonly<Record<CellState, (text: string) => string>> = {
  waiting: pc.dim,
  ordered: pc.cyan,
  again: pc.yellow,
  agreed: pc.green,
  wrong: pc.red,
  settled: (text) => pc.bold(pc.green(text)),
};

const rowsOf = (cells: readonly Cell[]): string[] => {
  const painted = cells.map(({ state, text }) => PAINT[state](text.padEnd(8)));
  return Array.from(
    { length: Math.ceil(cells.length / COLUMNS) },
    (_, row) => `  ${painted.slice(row * COLUMNS, (row + 1) * COLUMNS).join(' ')}`,
  );
};

/** A board of images that fills as the network agrees, for a terminal. */
export const createLiveView = (stream: NodeJS.WriteStream): DemoAudience & { readonly end: () => void } => {
  const update = createLogUpdate(stream);
  const startedAtMs = Date.now();
  const cells: Cell[] = [];
  let stage = '';
  const draw = (): void => {
    const elapsed = `${((Date.now() - startedAtMs) / 1000).toFixed(0)} s`;
    const legend = pc.dim('  cyan ordered · yellow no quorum, ordered again · green agreed · bold settled');
    update(
      [
        `${pc.bold('ML Bridge')}  ${pc.dim(elapsed)}  ${stage}`,
        ...rowsOf(cells),
        ...(cells.length > 0 ? [legend] : []),
      ].join('\n'),
    );
  };
  const put = (index: number, cell: Cell): void => {
    while (cells.length <= index) cells.push({ state: 'waiting', text: '·' });
    cells[index] = cell;
    draw();
  };
  let isOver = false;
  const ticking = setInterval(draw, 500);
  return {
    stage: (what) => {
      stage = what;
      draw();
    },
    devnet: () => undefined,
    submitted: (index) => put(index, { state: 'ordered', text: '…' }),
    agreed: (index, { confidenceBps = 0 }, recognised, label) =>
      put(index, { state: recognised === label ? 'agreed' : 'wrong', text: `${recognised} ${confidenceBps / 100}%` }),
    noQuorum: (index) => put(index, { state: 'again', text: 'again' }),
    settled: (index) => {
      const cell = cells[index];
      // A wrong digit stays red: agreement is about the model, not about the truth.
      if (cell?.state === 'agreed') put(index, { ...cell, state: 'settled' });
    },
    end: () => {
      if (isOver) return;
      isOver = true;
      clearInterval(ticking);
      draw();
      update.done();
    },
  };
};
