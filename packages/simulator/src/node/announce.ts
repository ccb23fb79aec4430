import { encodeCertificate, type RoundEffect } from '@mlb/protocol';
import { after, note, type World } from '../world.ts';
import { keepCertificate } from './certificates.ts';
import type { Node, TaskRecord } from './node.ts';
import { openWanted } from './open-round.ts';
import { gossip, gossipRaw, viewOf } from './speak.ts';

type Certified = Extract<RoundEffect, { readonly type: 'certified' }>;

/** Seat i waits so long i times before it gossips a certificate, and not at all when it heard a fuller one. */
const STAGGER_MS = 150;

/** The machine holds a certificate, or a fuller one. */
export const announce = (
  world: World,
  node: Node,
  task: TaskRecord,
  { round, certificate, agreed }: Pick<Certified, 'certificate' | 'agreed'> & { readonly round: number },
): void => {
  const { nowMs: atMs } = world;
  const { output, blind } = agreed ?? {};
  const seats = task.committees.get(round) ?? [];
  world.journal.certificates.push({ atMs, operator: node.index, certificate, seats, output, blind });
  keepCertificate(task, certificate, node.memory.head.number);
  note(world, `${node.index} certified r${round} ${certificate.signatures.length} of ${task.taskId.slice(2, 8)}`);
  if (world.mutation === 'ignores-disputes' && round === 0) {
    task.settled = { certificate, declines: [], audit: undefined, verdict: undefined };
  }
  const view = viewOf(world, node, task, round);
  if (view !== undefined) {
    const publish = (): void => {
      const best = task.certificates.get(round);
      if (best === undefined || best.signatures.length <= (task.gossiped.get(round) ?? 0)) return;
      task.gossiped.set(round, best.signatures.length);
      gossip(world, node, { kind: 'certificate', bytes: encodeCertificate(best) });
    };
    after(world, view.mySeat * STAGGER_MS, { label: `announce of ${node.index}`, node, run: publish });
    gossipRaw(world, node, node.conduct.certified?.(view, certificate) ?? []);
  }
  openWanted(world, node, task);
};
