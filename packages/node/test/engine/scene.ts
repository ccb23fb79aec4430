import assert from 'node:assert/strict';
import { Address, createDomain, encodeEnvelope, type TaskId, type TopicKind } from '@mlb/protocol';
import type { MemoryPeer } from '../../src/network/memory.ts';
import { CHAIN_ID, DOMAIN } from './cast.ts';
import { createTestNetwork, type TestNetwork } from './network.ts';
import { deliveredTo, isCertifiedAt } from './outcome.ts';
import type { TestNode } from './test-node.ts';

export const OTHER_CHAIN = createDomain(CHAIN_ID + 1, DOMAIN.settlement);
export const OTHER_CONTRACT = createDomain(CHAIN_ID, Address(`0x${'66'.repeat(20)}`));
export const GARBAGE = Uint8Array.from({ length: 200 }, (_, i) => (i * 31) % 256);
const signal = new AbortController().signal;

/** A committee waiting for its executions, a hostile seat in it, and a peer that is nobody. */
export interface Scene {
  readonly network: TestNetwork;
  readonly taskId: TaskId;
  /** Seat 0. */
  readonly target: TestNode;
  /** Seat 1, whose key signs what is sent. */
  readonly hostile: TestNode;
  readonly stranger: MemoryPeer;
}

export const createScene = async (request?: Parameters<TestNetwork['submit']>[0]): Promise<Scene> => {
  const network = await createTestNetwork();
  network.holdExecutions();
  const taskId = await network.submit(request);
  await network.mine(2);
  const [target, hostile] = network.seats(taskId) as [TestNode, TestNode];
  return { network, taskId, target, hostile, stranger: network.stranger() };
};

export const sendTo = async (
  { network, stranger }: Scene,
  target: TestNode,
  [protocol, frame]: readonly [string, Uint8Array],
) => {
  await stranger.streams.send(target.life().peer.peerId, protocol, frame, signal);
  await network.settle();
};

export const gossip = async ({ network, stranger }: Scene, topic: TopicKind, message: Uint8Array): Promise<void> => {
  await stranger.publishRaw(topic, encodeEnvelope([message]));
  await network.settle();
};

/** After everything a stranger tried, the task is agreed as if nothing had been. */
export const assertGoesOn = async ({ network, taskId }: Scene): Promise<void> => {
  await network.releaseExecutions();
  await network.until('agreed', () => isCertifiedAt(network, taskId, network.nodes));
  assert.equal(deliveredTo(network, taskId), 3);
  assert.equal(network.task(network.requester, taskId).certificate?.signatures.length, 4);
  assert.deepEqual(network.evidence(), []);
};
