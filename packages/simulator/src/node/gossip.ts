import {
  type Certificate,
  type TaskId,
  type TopicKind,
  validateCertificate,
  validateCertifiedVerdict,
  validateDecline,
  validateDissent,
  validateEvidence,
  validateRoundFail,
} from '@mlb/protocol';
import { lot, shortHash } from '../network/network.ts';
import { EPOCH } from '../universe.ts';
import type { World } from '../world.ts';
import { hearAttestation, hearProposal } from './attest.ts';
import { keepCertificate, noteGossiped } from './certificates.ts';
import { dispatch } from './drive.ts';
import { keepEvidence, nameOfEvidence } from './evidence.ts';
import { committeeKnown, drawnKnown, isSessionKey } from './knowledge.ts';
import { isHonest, type Node, type TaskRecord } from './node.ts';
import { openRound, openWanted } from './open-round.ts';
import { hearOrder } from './orders.ts';
import { noteDecline } from './seating.ts';
import { gossipRaw } from './speak.ts';

export interface Heard {
  readonly kind: TopicKind;
  readonly bytes: Uint8Array;
  readonly from: number;
}

/** Gossip of one task that may wait. */
const MAX_PARKED = 64;

interface Judged {
  readonly type: 'accept' | 'ignore' | 'reject';
  readonly code?: string;
}

const contextOf = (world: World, node: Node) => {
  const { domain, secp256k1 } = world.universe;
  const committee = (place: { readonly taskId: TaskId; readonly round: number }) => committeeKnown(world, node, place);
  return { domain, secp256k1, committee, isSessionKey: isSessionKey(world) };
};

const park = (node: Node, taskId: TaskId, heard: Heard): void => {
  const parked = node.memory.parkedGossip.get(taskId) ?? [];
  if (parked.length < MAX_PARKED) parked.push(heard);
  node.memory.parkedGossip.set(taskId, parked);
};

const taskOf = ({ memory }: Node, { taskId }: { readonly taskId: TaskId }): TaskRecord | undefined =>
  memory.tasks.get(taskId);

/** A certificate of a round we were not told to open: 70 % of its seats say that it took place. */
const seatFor = (world: World, node: Node, task: TaskRecord, round: number): void => {
  if (task.machine?.state.rounds.has(round) !== false) return;
  task.wanted.add(round);
  openRound(world, node, task, round);
};

const hearCertificate = (world: World, node: Node, heard: Heard): Judged => {
  const held = ({ taskId, round }: Certificate['statement']) => node.memory.tasks.get(taskId)?.certificates.get(round);
  const snapshot = (epoch: bigint) => (epoch === EPOCH ? world.universe.table.latest : undefined);
  const verdict = validateCertificate(heard.bytes, { ...contextOf(world, node), held, snapshot });
  if (verdict.type !== 'accept') return verdict;
  const { value } = verdict;
  const { statement } = value.certificate;
  const task = taskOf(node, statement);
  if (value.type === 'parked' || task === undefined) {
    park(node, statement.taskId, heard);
    return verdict;
  }
  const { round } = statement;
  keepCertificate(task, value.certificate, node.memory.head.number);
  noteGossiped(task, value.certificate);
  seatFor(world, node, task, round);
  dispatch(world, node, task, { type: 'round', round, event: { type: 'certificate', certificate: value.certificate } });
  openWanted(world, node, task);
  return verdict;
};

const hearDissent = (world: World, node: Node, heard: Heard): Judged => {
  const verdict = validateDissent(heard.bytes, {
    ...contextOf(world, node),
    held: (place) => taskOf(node, place)?.certificates.get(place.round),
    isSeen: (place) => taskOf(node, place)?.heard.has(`dissent/${place.round}/${place.seat}`) === true,
    isSettleable: (place) => taskOf(node, place)?.machine?.state.rounds.get(place.round)?.state.phase === 'settleable',
  });
  if (verdict.type !== 'accept') return verdict;
  const { value } = verdict;
  const { taskId, round, seat } = value.signed.body;
  const task = taskOf(node, { taskId });
  if (value.type === 'parked' || task === undefined) {
    park(node, taskId, heard);
    return verdict;
  }
  task.heard.add(`dissent/${round}/${seat}`);
  dispatch(world, node, task, { type: 'dissent', dissent: value.signed });
  return verdict;
};

const hearRoundFail = (world: World, node: Node, heard: Heard): Judged => {
  const verdict = validateRoundFail(heard.bytes, {
    ...contextOf(world, node),
    isSeen: (place) => taskOf(node, place)?.heard.has(`round-fail/${place.round}/${place.seat}`) === true,
    isCertified: (place) => taskOf(node, place)?.certificates.has(place.round) === true,
  });
  if (verdict.type !== 'accept') return verdict;
  const { value } = verdict;
  const { taskId, round, seat } = value.signed.body;
  const task = taskOf(node, { taskId });
  if (value.type === 'parked' || task === undefined) {
    park(node, taskId, heard);
    return verdict;
  }
  task.heard.add(`round-fail/${round}/${seat}`);
  dispatch(world, node, task, { type: 'round-fail', roundFail: value.signed });
  return verdict;
};

const hearDecline = (world: World, node: Node, heard: Heard): Judged => {
  const verdict = validateDecline(heard.bytes, {
    ...contextOf(world, node),
    committee: (place) => drawnKnown(world, node, place),
    isSeen: (place) => taskOf(node, place)?.declined.has(place.seat) === true,
    hasCommitted: (place) =>
      (taskOf(node, place)?.machine?.state.rounds.get(0)?.state.commits[place.seat]?.length ?? 0) > 0,
    hasSubstitute: (place) => taskOf(node, place)?.draw?.substitutes[place.seat] !== undefined,
  });
  if (verdict.type !== 'accept') return verdict;
  const { value } = verdict;
  const { taskId, seat } = value.signed.body;
  const task = taskOf(node, { taskId });
  const substitute = task?.draw?.substitutes[seat];
  if (value.type === 'parked' || task === undefined || substitute === undefined) {
    park(node, taskId, heard);
    return verdict;
  }
  noteDecline(world, task, seat);
  const mySeat = substitute.row === node.index ? seat : undefined;
  dispatch(world, node, task, { type: 'decline', decline: value.signed, substitute, mySeat });
  return verdict;
};

const hearVerdict = (world: World, node: Node, heard: Heard): Judged => {
  const verdict = validateCertifiedVerdict(heard.bytes, {
    ...contextOf(world, node),
    held: (place) => taskOf(node, place)?.machine?.state.verdict,
  });
  if (verdict.type !== 'accept') return verdict;
  const { value } = verdict;
  const { taskId, round } = value.certified.verdict;
  const task = taskOf(node, { taskId });
  if (value.type === 'parked' || task === undefined) {
    park(node, taskId, heard);
    return verdict;
  }
  seatFor(world, node, task, round);
  dispatch(world, node, task, { type: 'verdict', verdict: value.certified });
  return verdict;
};

const hearEvidence = (world: World, node: Node, { bytes }: Heard): Judged => {
  const { domain, secp256k1, operators } = world.universe;
  const verdict = validateEvidence(bytes, {
    ...{ domain, secp256k1 },
    sessionKeys: (owner) => operators.flatMap(({ address, sessionKey }) => (address === owner ? [sessionKey] : [])),
    isKnown: (evidence) => node.memory.evidence.has(nameOfEvidence(evidence)),
  });
  if (verdict.type === 'accept') keepEvidence(world, node, verdict.value);
  return verdict;
};

const judge = (world: World, node: Node, heard: Heard): Judged => {
  switch (heard.kind) {
    case 'order':
      return hearOrder(world, node, heard.bytes);
    case 'certificate':
      return hearCertificate(world, node, heard);
    case 'dissent':
      return hearDissent(world, node, heard);
    case 'round-fail':
      return hearRoundFail(world, node, heard);
    case 'decline':
      return hearDecline(world, node, heard);
    case 'verdict':
      return hearVerdict(world, node, heard);
    case 'evidence':
      return hearEvidence(world, node, heard);
    case 'batch-proposal':
      return hearProposal(world, node, heard);
    case 'batch-attestation':
      return hearAttestation(world, node, heard);
  }
};

/** A gossip message from a peer: judged by the real validator, and by what it says. */
export const receiveGossip = (world: World, index: number, heard: Heard): void => {
  const node = world.nodes[index];
  const sender = world.nodes[heard.from];
  if (node === undefined || sender === undefined) return;
  const verdict = judge(world, node, heard);
  // Honest gossip is never called proof of badness: a peer would be cut off for its own lag.
  if (verdict.type === 'reject' && isHonest(node) && isHonest(sender)) {
    world.journal.rejected.push({ from: heard.from, by: index, what: `${heard.kind} ${verdict.code}` });
  }
  const echo = `gossip ${shortHash(heard.bytes)}`;
  if (node.conduct.overhear === undefined || node.memory.echoed.has(echo)) return;
  node.memory.echoed.add(echo);
  const { kind, bytes } = heard;
  gossipRaw(
    world,
    node,
    node.conduct.overhear({ kind, bytes }, (name) => lot(world, `${name} ${index} ${echo}`)),
  );
};

/** Own gossip goes the way of everybody's. */
export const hearOwn = (world: World, node: Node, own: Omit<Heard, 'from'>): void => {
  judge(world, node, { ...own, from: node.index });
};

/** Judges again what came ahead of its order or its beacon. */
export const releaseGossip = (world: World, node: Node, { taskId }: TaskRecord): void => {
  const parked = node.memory.parkedGossip.get(taskId) ?? [];
  node.memory.parkedGossip.delete(taskId);
  for (const heard of parked) judge(world, node, heard);
};
