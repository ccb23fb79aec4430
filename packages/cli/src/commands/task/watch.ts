import { Option } from '@commander-js/extra-typings';
import { type ApiClient, isWaitOver, type TaskView } from '@mlb/node/client';
import { examples, type VerbModule } from '../../command.ts';
import type { Context } from '../../context.ts';
import { consensusExit, taskLine } from '../../task-text.ts';

interface Follow {
  readonly daemon: ApiClient;
  readonly taskId: string;
  readonly until: 'agreed' | 'settled';
  readonly signal: AbortSignal;
  readonly show: (task: TaskView) => void;
}

/** Shows the task as it is and after each of its events, until it is over. */
const follow = async ({ daemon, taskId, until, signal, show }: Follow): Promise<TaskView> => {
  let shown = '';
  const look = async (): Promise<TaskView> => {
    const task = await daemon.task(taskId, signal);
    if (task.state !== shown) show(task);
    shown = task.state;
    return task;
  };
  let task = await look();
  if (isWaitOver(task.state, until)) return task;
  // The stream starts with the kept events, so a step between the look above and the connect is not missed.
  for await (const event of daemon.events({ topics: ['task'] }, signal)) {
    if (event.topic !== 'gap' && event.detail.taskId !== task.taskId) continue;
    task = await look();
    if (isWaitOver(task.state, until)) return task;
  }
  signal.throwIfAborted();
  return task;
};

const watch = async (taskId: string, until: 'agreed' | 'settled', context: Context): Promise<number> => {
  const { client, deadline, output } = context;
  const signal = deadline(undefined) ?? new AbortController().signal;
  const show = (task: TaskView): void => output.result(task, () => taskLine(task));
  return consensusExit(await follow({ daemon: await client(), taskId, until, signal, show }), output);
};

export const register: VerbModule['register'] = (command, act) => {
  command
    .argument('<id>', 'task id')
    .addOption(
      new Option('--until <state>', 'where to stop')
        .choices(['agreed', 'settled'] as const)
        .default('settled' as const),
    )
    .addHelpText('after', examples('mlb task watch 0x12… --until agreed'))
    .action((taskId, { until }) => act((context) => watch(taskId, until, context)));
};
