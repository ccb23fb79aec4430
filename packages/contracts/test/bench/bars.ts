import type { GasRow } from './designs.ts';

/** What the design promises of its gas. */
export interface Bar {
  readonly what: string;
  readonly most: number;
  readonly measured: number;
  readonly isMet: boolean;
}

const bar = (what: string, most: number, measured: number | undefined): readonly Bar[] =>
  measured === undefined ? [] : [{ what, most, measured, isMet: measured <= most }];

/** The bars that these rows can be held against. */
export const barsOf = (rows: readonly GasRow[]): readonly Bar[] => {
  const row = (tasks: number): GasRow | undefined => rows.find((one) => one.tasks === tasks);
  const [thousand, tenThousand] = [row(1000), row(10_000)];
  return [
    ...bar('gas a task at 1000 tasks', 600, thousand?.ours),
    ...bar('gas a task at 10 000 tasks, one batch', 70, tenThousand?.oneBatch?.ours ?? tenThousand?.ours),
    ...bar('floors at 1000 tasks', 1.3, thousand?.timesFloor),
    ...bar('floors at 10 000 tasks, one batch', 1.3, tenThousand?.oneBatch?.timesFloor ?? tenThousand?.timesFloor),
  ];
};
