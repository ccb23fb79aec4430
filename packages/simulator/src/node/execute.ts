import { type Bytes32, keccak256, type OwnResult, resultHashOf, tag } from '@mlb/protocol';
import { honestOutput } from '../model.ts';
import { lot } from '../network/network.ts';
import type { Execution } from '../strategy/conduct.ts';
import { after, type World } from '../world.ts';
import { dispatch } from './drive.ts';
import type { Node, TaskRecord } from './node.ts';
import { viewOf } from './speak.ts';

/** A model needs so long, of the 30 s of a mainnet's budget; machines of one kind differ a little, and some are busy. */
const FASTEST_MS = 300;
const MODEL_SPREAD_MS = 2000;
const MACHINE_SPREAD_MS = 150;
const BUSY_MS = 3000;

const executionMs = (world: World, node: Node, { taskId }: TaskRecord, round: number): number => {
  const own = (name: string): number => lot(world, `${name} ${node.index} ${taskId} ${round}`);
  const isBusy = own('is busy') < world.plan.stragglerShare;
  const busyMs = isBusy ? BUSY_MS * own('busy') : 0;
  return Math.round(
    FASTEST_MS + MODEL_SPREAD_MS * lot(world, `model ${taskId}`) + MACHINE_SPREAD_MS * own('exec') + busyMs,
  );
};

/** The randomness of one execution: another life of the process draws another. */
const secretOf = (world: World, node: Node, name: string): Bytes32 =>
  keccak256(tag(`${world.plan.seed} ${name} ${node.index} ${node.life}`));

const resultOf = (world: World, node: Node, name: string, output: Uint8Array): OwnResult => ({
  ...{ resultHash: resultHashOf(output), output, execMs: 10 },
  ...{ salt: secretOf(world, node, `salt ${name}`), blindShare: secretOf(world, node, `blind ${name}`) },
});

const finish = (world: World, node: Node, task: TaskRecord, round: number, execution: Execution | undefined): void => {
  if (execution === undefined) {
    dispatch(world, node, task, { type: 'round', round, event: { type: 'execution-failed' } });
    return;
  }
  const { output, delayMs } = execution;
  const result = resultOf(world, node, `${task.taskId} ${round}`, output);
  after(world, delayMs, {
    ...{ label: `executed r${round} of ${node.index}`, node },
    run: () => dispatch(world, node, task, { type: 'round', round, event: { type: 'executed', result } }),
  });
};

/** Runs the model, or does what the operator does instead. */
export const execute = (world: World, node: Node, task: TaskRecord, round: number): void => {
  const delayMs = executionMs(world, node, task, round);
  const honest = { output: honestOutput(world.plan, task.taskId, node.index), delayMs };
  const view = node.conduct.execute && viewOf(world, node, task, round);
  finish(world, node, task, round, view === undefined ? honest : node.conduct.execute?.(view, honest));
};

/** The same output under another round number, sealed anew. */
export const recommit = (
  world: World,
  node: Node,
  task: TaskRecord,
  { round, result }: { readonly round: number; readonly result: OwnResult },
): void => finish(world, node, task, round, { output: result.output, delayMs: 0 });
