import { note, type World } from '../world.ts';
import type { Node } from './node.ts';

/** Thrown where the process dies. Only the run catches it. */
export class CrashError extends Error {
  readonly node: Node;

  constructor(node: Node) {
    super(`peer ${node.index} died`);
    this.name = 'CrashError';
    this.node = node;
  }
}

/** Before and after every effect that the world can see: a process dies anywhere between two of them. */
export const tick = (world: World, node: Node): void => {
  if (node.effectsUntilCrash <= 0) {
    note(world, `peer ${node.index} dies`);
    throw new CrashError(node);
  }
  node.effectsUntilCrash -= 1;
};
