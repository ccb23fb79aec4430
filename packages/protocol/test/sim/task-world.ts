import { AUDIT_ROUND } from '../../src/index.ts';
import { createRandom } from './random.ts';
import { isReadable, park, releaseParked } from './task-mail.ts';
import { deliver, seatedEvent, type TaskOutcome, type TaskScenario, type World } from './task-scenario.ts';
import { createTaskShell, handleTaskOrCrash, type TaskShell } from './task-shell.ts';
import { nextLetter } from './task-timer.ts';
import { moveByzantine, outsideOf } from './task-work.ts';

const MAX_EVENTS = 60_000;

/** The audit beacon comes some time after the certificate of round 0. */
const tellAudit = (world: World, shell: TaskShell): void => {
  const { operator, state } = shell;
  if (world.auditTold.has(operator) || state.rounds.get(0)?.state.certificate === undefined) return;
  world.auditTold.add(operator);
  deliver(world, { to: operator, event: { type: 'audit-decided', isAudited: world.scenario.isAudited } });
  if (world.scenario.isAudited) deliver(world, { to: operator, event: seatedEvent(world, operator, AUDIT_ROUND) });
};

const createWorld = (scenario: TaskScenario): World => {
  const bad = new Set(scenario.byzantine.map(({ operator }) => operator));
  const honest = scenario.pool.operators.flatMap((_, i) => (bad.has(i) ? [] : [i]));
  const shells = new Map(honest.map((i) => [i, createTaskShell(scenario.pool, i)]));
  for (const { operator, afterEffects } of scenario.crashes) {
    const shell = shells.get(operator);
    if (shell !== undefined) shell.effectsUntilCrash = afterEffects;
  }
  return {
    scenario,
    random: createRandom(scenario.seed),
    shells,
    mail: [],
    parked: new Map(honest.map((i) => [i, []])),
    ...{ declined: new Set(), revealed: new Set(), auditTold: new Set(), signed: [], byzantine: [] },
    ...{ earlyOpenings: 0, openings: 0, crashes: 0 },
  };
};

/** Runs one task to its end: nothing under way and every timer fired. */
export const runTask = (scenario: TaskScenario): TaskOutcome => {
  const world = createWorld(scenario);
  const outside = outsideOf(world);
  for (const to of world.shells.keys()) deliver(world, { to, event: seatedEvent(world, to, 0) });
  let events = 0;
  for (;;) {
    if (world.mail.length === 0 || world.random.chance(0.15)) moveByzantine(world);
    const letter = nextLetter(world);
    if (letter === undefined) break;
    events += 1;
    if (events > MAX_EVENTS) throw new Error(`no end after ${MAX_EVENTS} events`);
    const shell = world.shells.get(letter.to);
    if (shell === undefined) continue;
    if (!isReadable(shell, letter, scenario.pool)) {
      park(world, letter);
      continue;
    }
    handleTaskOrCrash(shell, letter.event, outside);
    if (letter.event.type === 'seated' || letter.event.type === 'decline') releaseParked(world, letter.to);
    tellAudit(world, shell);
  }
  const { signed, byzantine, earlyOpenings, openings, crashes, declined } = world;
  return {
    honest: [...world.shells.values()],
    ...{ signed, byzantine, earlyOpenings, openings, crashes, events, declines: declined.size },
  };
};
