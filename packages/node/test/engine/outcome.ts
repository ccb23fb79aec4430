import { decodeCanonical, type TaskId } from '@mlb/protocol';
import type { TestNetwork } from './network.ts';
import type { TestNode } from './test-node.ts';

/** The number the requester got, or undefined while it has none. */
export const deliveredTo = (network: TestNetwork, taskId: TaskId): number | undefined => {
  const { delivery } = network.task(network.requester, taskId);
  const [y] = delivery === undefined ? [] : decodeCanonical(delivery.output);
  return y === undefined ? undefined : new Float32Array(y.bytes.slice().buffer)[0];
};

export const isCertifiedAt = (network: TestNetwork, taskId: TaskId, nodes: readonly TestNode[]): boolean =>
  nodes.every((node) => network.task(node, taskId).certificate !== undefined);

/** Seats whose signature the certificate holds: who is paid. */
export const signersOf = (network: TestNetwork, taskId: TaskId): readonly TestNode[] => {
  const seats = network.seats(taskId);
  const { certificate } = network.task(network.requester, taskId);
  return (certificate?.signatures ?? []).flatMap(({ seat }) => seats[seat] ?? []);
};
