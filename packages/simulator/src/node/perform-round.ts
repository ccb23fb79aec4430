import type { OuterRoundEffect, TimerName } from '@mlb/protocol';
import { BLOCK_MS } from '../chain/chain.ts';
import { after, type World } from '../world.ts';
import { announce } from './announce.ts';
import { tick } from './crash.ts';
import { dispatch } from './drive.ts';
import { reportEvidence } from './evidence.ts';
import type { Node, TaskRecord } from './node.ts';
import { savedRound, signAndSay } from './say.ts';
import { beaconOf } from './seating.ts';
import { utter } from './speak.ts';

interface Timer {
  readonly round: number;
  readonly timer: TimerName;
  readonly delayMs: number;
}

/** `exec` and `round` count from the beacon, as the node's clock shows it; the others from now. */
const startTimer = (world: World, node: Node, task: TaskRecord, { round, timer, delayMs }: Timer): void => {
  const { machine } = task;
  const isFromBeacon = timer === 'exec' || timer === 'round';
  const beaconMs = Number(beaconOf(world, task, round)) * BLOCK_MS;
  const run = (): void => {
    // A reorg may have put another machine in its place.
    if (task.machine !== machine) return;
    dispatch(world, node, task, { type: 'round', round, event: { type: 'timer', timer } });
  };
  const waitMs = isFromBeacon ? beaconMs + delayMs - world.nowMs + node.skewMs : delayMs;
  after(world, waitMs, { label: `timer ${timer} r${round} of ${node.index}`, node, run });
};

export const performRound = (
  world: World,
  node: Node,
  task: TaskRecord,
  { round, effect }: { readonly round: number; readonly effect: OuterRoundEffect },
): void => {
  switch (effect.type) {
    case 'persist':
      tick(world, node);
      savedRound(node, task, round).result = effect.result;
      break;
    case 'sign':
      signAndSay(world, node, task, round, effect.unsigned);
      break;
    case 'relay':
      if (node.conduct.relays !== false) utter(world, node, task, [{ message: effect.message }]);
      break;
    case 'start-timer':
      startTimer(world, node, task, { round, ...effect });
      break;
    case 'certified':
      announce(world, node, task, { round, ...effect });
      break;
    case 'evidence':
      reportEvidence(world, node, effect.evidence);
      break;
    default:
      effect satisfies never;
  }
};
