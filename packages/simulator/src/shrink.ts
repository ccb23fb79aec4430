import { describeFault } from './plan/fault.ts';
import type { Plan } from './plan/plan.ts';
import { type Outcome, type RunOptions, runPlan } from './run.ts';

/** Whether a run still shows what is looked for. */
export type Failing = (outcome: Outcome) => boolean;

export interface Shrunk {
  /** The smallest plan found that still fails. */
  readonly plan: Plan;
  readonly outcome: Outcome;
  /** What has to happen: order, cast, faults, and the deliveries and timers that matter, in order. */
  readonly events: readonly string[];
  readonly runs: number;
}

/**
 * Delta debugging: the least part of a list, as far as one pass finds it, with which `isFailing` still holds. Tries to do
 * without halves, then quarters, down to single ones; at most `budget` tries.
 */
export const minimise = <T>(
  list: readonly T[],
  isFailing: (part: readonly T[]) => boolean,
  budget: { left: number },
): readonly T[] => {
  let kept = list;
  for (
    let size = Math.ceil(kept.length / 2);
    size >= 1 && kept.length > 0;
    size = size === 1 ? 0 : Math.ceil(size / 2)
  ) {
    for (let at = 0; at < kept.length; ) {
      if (budget.left <= 0) return kept;
      budget.left -= 1;
      const rest = [...kept.slice(0, at), ...kept.slice(at + size)];
      if (isFailing(rest)) kept = rest;
      else at += size;
    }
  }
  return kept;
};

/** Deliveries of a run by the names under which they can be left out. */
const deliveriesOf = ({ lines }: Outcome): readonly string[] => [
  ...new Set(lines.flatMap((line) => /^\S+ (.*#[0-9a-f]{8} \d+>\d+)$/.exec(line)?.[1] ?? [])),
];

/** Lines that say what was decided; what remains of the traffic is named as well. */
const eventsOf = (plan: Plan, outcome: Outcome): readonly string[] => {
  const traffic = new Set(deliveriesOf(outcome).filter((name) => !plan.suppressed.includes(name)));
  const isShown = (line: string): boolean => {
    const what = line.slice(line.indexOf(' ') + 1);
    return traffic.has(what) ? traffic.size <= 60 : !/^block |^\d+ (admits|refuses)/.test(what);
  };
  return [
    ...plan.cast.map(({ operator, strategy }) => `operator ${operator} is a ${strategy}`),
    ...plan.overspenders.map((requester) => `requester ${requester} overspends`),
    ...(plan.isModelMalicious ? ['the model says something else each time'] : []),
    ...plan.faults.map(describeFault),
    ...outcome.lines.filter(isShown),
  ];
};

/** Makes a failing run small: without orders, faults and dishonest operators that it does not need, then without messages. */
export const shrink = (
  plan: Plan,
  isFailing: Failing,
  { budget = 400, ...options }: RunOptions & { readonly budget?: number } = {},
): Shrunk => {
  const left = { left: budget };
  const isBad = (candidate: Plan): boolean => isFailing(runPlan(candidate, options));
  let small = plan;
  const part = <Key extends 'orders' | 'faults' | 'cast' | 'overspenders'>(key: Key): void => {
    const list = minimise<unknown>(small[key], (kept) => isBad({ ...small, [key]: kept }), left);
    small = { ...small, [key]: list };
  };
  part('faults');
  part('orders');
  part('cast');
  part('overspenders');
  const traced = runPlan(small, { ...options, isTraced: true });
  const all = deliveriesOf(traced);
  // A list of what is kept is made small; the plan names what is left out.
  const without = (kept: readonly string[]): Plan => {
    const keep = new Set(kept);
    return { ...small, suppressed: all.filter((name) => !keep.has(name)) };
  };
  const kept = minimise(all, (names) => isBad(without(names)), left);
  const smallest = without(kept);
  const outcome = runPlan(smallest, { ...options, isTraced: true });
  const best = isFailing(outcome) ? { plan: smallest, outcome } : { plan: small, outcome: traced };
  return { ...best, events: eventsOf(best.plan, best.outcome), runs: budget - left.left };
};
