import { AUDIT_ROUND, type TaskEvent } from '../../src/index.ts';
import { type Letter, seatedEvent, type World } from './task-scenario.ts';

const TIMER_ORDER: readonly string[] = [
  'exec',
  'grace',
  'reveal',
  'withheld',
  'round',
  'beacon',
  'verdict',
  'settle',
  'hold',
];
const timerEvent = (world: World, operator: number, timer: string): TaskEvent => {
  if (timer === 'refund') return { type: 'timer', timer };
  const [round, name] = timer.split('/') as [string, 'exec' | 'beacon'];
  // The beacon of a round comes when the timer of the round before has fired, whenever it was asked for.
  if (name === 'beacon') return seatedEvent(world, operator, Number(round) + 1);
  return { type: 'round', round: Number(round), event: { type: 'timer', timer: name } };
};

/** When a timer is due in silence: round 0, its audit, round 1, round 2, the refund. */
const dueAt = (timer: string): number => {
  if (timer === 'refund') return Number.POSITIVE_INFINITY;
  const [round, name] = timer.split('/') as [string, string];
  const slot = Number(round) === AUDIT_ROUND ? 0.5 : Number(round);
  return 100 * slot + TIMER_ORDER.indexOf(name);
};

/** The next letter, or a timer: any at all, or only in silence one that is due first. */
export const nextLetter = (world: World): Letter | undefined => {
  const { random, mail, scenario } = world;
  const isTimer = mail.length === 0 || (!scenario.isSynchronous && random.chance(0.01));
  const timers = isTimer
    ? [...world.shells].flatMap(([to, shell]) => [...shell.timers].map((timer) => ({ to, timer })))
    : [];
  if (timers.length === 0 && mail.length > 0) {
    const at = random.below(mail.length);
    const chosen = mail[at];
    const last = mail.pop();
    if (at < mail.length && last !== undefined) mail[at] = last;
    return chosen;
  }
  const first = Math.min(...timers.map(({ timer }) => dueAt(timer)));
  const due = mail.length === 0 ? timers.filter(({ timer }) => dueAt(timer) === first) : timers;
  const chosen = due[random.below(due.length)];
  if (chosen === undefined) return undefined;
  world.shells.get(chosen.to)?.timers.delete(chosen.timer);
  return { to: chosen.to, event: timerEvent(world, chosen.to, chosen.timer) };
};
