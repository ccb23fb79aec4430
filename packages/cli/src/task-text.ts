import type { OutputTensor, TaskView } from '@mlb/node/client';
import { formatAmount } from './amount.ts';
import { EXIT_NO_CONSENSUS, EXIT_OK } from './exit.ts';
import type { Output } from './output.ts';
import { facts, listing } from './table.ts';

const percent = (bps: number): string => `${(bps / 100).toFixed(2)} %`;

const sinceStart = ({ steps }: TaskView, atMs: number): string =>
  `+${((atMs - (steps[0]?.atMs ?? atMs)) / 1000).toFixed(2)} s`;

/** Everything about one task. */
export const taskText = (task: TaskView): string => {
  const head = facts([
    ['task', task.taskId],
    ['state', task.state],
    ['reason', task.reason],
    ['model', task.modelName === undefined ? task.modelId : `${task.modelName} (${task.modelId})`],
    ['requester', task.requester],
    ['confidence', task.confidenceBps === undefined ? undefined : percent(task.confidenceBps)],
    ['charged', task.fees.chargedWei === undefined ? undefined : formatAmount(task.fees.chargedWei)],
    ['at most', formatAmount(task.fees.maxFeeWei)],
    ['batch', task.batchIndex],
    ['transaction', task.transaction],
  ]);
  const steps = listing(
    ['step', 'after'],
    task.steps.map(({ state, atMs }) => [state, sinceStart(task, atMs)]),
    '',
  );
  const seats = task.seats.map(({ seat, operator, signed, paidWei }) => [
    seat,
    operator,
    signed ? 'yes' : 'no',
    paidWei === undefined ? '' : formatAmount(paidWei),
  ]);
  return [head, steps, listing(['seat', 'operator', 'signed', 'paid'], seats, '')]
    .filter((part) => part !== '')
    .join('\n\n');
};

/** One line for one step of a task. */
export const taskLine = (task: TaskView): string => {
  const last = task.steps.at(-1);
  const confidence = task.confidenceBps === undefined ? '' : `  confidence ${percent(task.confidenceBps)}`;
  const reason = task.reason === undefined ? '' : `  ${task.reason}`;
  return `${last === undefined ? '' : `${sinceStart(task, last.atMs).padStart(10)}  `}${task.state}${confidence}${reason}`;
};

/** 0, or 3 when the network did not agree. Says on stderr what that means. */
export const consensusExit = (task: TaskView, output: Output): number => {
  if (task.state !== 'refundable' && task.state !== 'refunded' && task.state !== 'failed') return EXIT_OK;
  output.note(
    `no consensus: the task is ${task.state}${task.reason === undefined ? '' : ` (${task.reason})`}; submit it again`,
  );
  return EXIT_NO_CONSENSUS;
};

const MAX_VALUES_SHOWN = 16;

/** A tensor for people: its values, and where the greatest one is. */
export const tensorText = ({ name, datatype, shape, data }: OutputTensor): string => {
  const shown = data
    .slice(0, MAX_VALUES_SHOWN)
    .map((value) => (typeof value === 'number' ? Number(value.toPrecision(6)) : value));
  const more = data.length > shown.length ? ` … ${data.length - shown.length} more` : '';
  const numbers = data.map(Number);
  const top = numbers.reduce((best, value, i) => (value > (numbers[best] ?? Number.NEGATIVE_INFINITY) ? i : best), 0);
  const greatest = data.length > 1 ? `\n  greatest at ${top}` : '';
  return `${name} ${datatype} [${shape.join(', ')}]\n  ${shown.join(' ')}${more}${greatest}`;
};
