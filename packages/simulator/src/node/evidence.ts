import { type Evidence, encodeEvidence } from '@mlb/protocol';
import { note, type World } from '../world.ts';
import { isHonest, type Node } from './node.ts';
import { gossip } from './speak.ts';

export const nameOfEvidence = ({ kind, operator, first }: Evidence): string => {
  const { taskId = '' } = first.body as { readonly taskId?: string };
  return `${operator}/${kind}/${taskId}`;
};

/** Proof of an offense that we built or heard: kept, and brought to the chain; gossiped by whoever built it. */
export const keepEvidence = (world: World, node: Node, evidence: Evidence): void => {
  node.memory.evidence.add(nameOfEvidence(evidence));
  if (isHonest(node)) world.chain.submit({ type: 'slash', evidence });
};

export const reportEvidence = (world: World, node: Node, evidence: Evidence): void => {
  if (isHonest(node)) world.journal.evidence.push({ operator: node.index, evidence });
  note(world, `${node.index} proves ${evidence.kind} of ${evidence.operator.slice(2, 8)}`);
  keepEvidence(world, node, evidence);
  gossip(world, node, { kind: 'evidence', bytes: encodeEvidence(evidence) });
};
