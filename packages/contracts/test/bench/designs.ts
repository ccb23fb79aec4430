import type { TestChain } from '../support/chain.ts';
import { createPaperDesign } from './paper.ts';
import { createReportsDesign } from './reports.ts';
import { createRollupDesign, type RollupCost } from './rollup.ts';
import { loadSecp256k1 } from './secp256k1.ts';

const REQUESTERS = 100;
const OPERATORS = 32;
/** The paper's MIN_VERIFIERS: fewer results than our four seats, so cheaper. */
const PAPER_RESULTS = 3;
const SEATS = 4;

/** What settling `tasks` tasks cost by each design, in gas a task unless named otherwise. */
export interface GasRow {
  readonly tasks: number;
  /** The white paper's contracts. */
  readonly paper: number;
  /** One report a task. */
  readonly reports: number;
  /** Batches as the protocol's limits cut them. */
  readonly ours: number;
  readonly batches: number;
  /** Calldata and 5000 a touched slot of the same batches, certificates left out. */
  readonly floor: number;
  /** `ours` without certificates, in floors. */
  readonly timesFloor: number;
  /** All in one batch, whatever the protocol's limits say; undefined where that is what `ours` is. */
  readonly oneBatch: OneBatch | undefined;
  /** Sums over the batches of `ours`. */
  readonly details: RollupCost;
}
export interface OneBatch {
  readonly ours: number;
  readonly floor: number;
  readonly timesFloor: number;
  readonly details: RollupCost;
}

const perTask = (gas: bigint | number, tasks: number): number => Math.round((Number(gas) / tasks) * 10) / 10;
const timesFloorOf = ({ gas, certificateGas, floor }: RollupCost): number =>
  Math.round(((gas - certificateGas) / floor) * 100) / 100;
const oneBatchOf = (details: RollupCost, tasks: number): OneBatch => ({
  ours: perTask(details.gas, tasks),
  floor: perTask(details.floor, tasks),
  timesFloor: timesFloorOf(details),
  details,
});

/** Settles each of these numbers of tasks by every design, one after the other on this chain. */
export const compareDesigns = async (chain: TestChain, counts: readonly number[]): Promise<readonly GasRow[]> => {
  const size = { requesters: REQUESTERS, operators: OPERATORS };
  // First, while the chain is young: its orders name recent blocks.
  const rollup = await createRollupDesign(chain, size);
  const paper = await createPaperDesign(chain, { ...size, results: PAPER_RESULTS });
  const reports = await createReportsDesign(chain, loadSecp256k1(), { ...size, seats: SEATS });
  const rows: GasRow[] = [];
  for (const tasks of counts) {
    const details = await rollup.settle(tasks, false);
    rows.push({
      tasks,
      paper: perTask(await paper.settle(tasks), tasks),
      reports: perTask(await reports.settle(tasks), tasks),
      ours: perTask(details.gas, tasks),
      batches: details.batches,
      floor: perTask(details.floor, tasks),
      timesFloor: timesFloorOf(details),
      oneBatch: details.batches === 1 ? undefined : oneBatchOf(await rollup.settle(tasks, true), tasks),
      details,
    });
  }
  return rows;
};
