import { faultsOf, isDuring } from '../plan/fault.ts';
import { hashText, keyedRandom } from '../random.ts';
import { after, note, type World } from '../world.ts';

/** One message between two peers. `label` says what it is; it names the delivery together with bytes and peers. */
export interface Parcel {
  readonly from: number;
  readonly to: number;
  readonly label: string;
  readonly deliver: () => void;
}

/** Waits between attempts on a stream, then the last one again: a peer that restarts is there some seconds later. */
const RETRY_MS = [250, 500, 1000, 2000] as const;
/** Longest a sender keeps trying: then the round it was for is over. */
const STREAM_PATIENCE_MS = 40_000;
/** Gossip is offered again for so many heartbeats to whoever has not got it. */
const GOSSIP_ATTEMPTS = 5;
const GOSSIP_HEARTBEAT_MS = 1000;

/** One-way milliseconds between two regions, then a tail. */
const baseDelayMs = ({ plan }: World, { from, to }: Parcel, name: string): number => {
  const route = 15 + 120 * keyedRandom(plan.seed, `route ${Math.min(from, to)} ${Math.max(from, to)}`);
  const luck = keyedRandom(plan.seed, `delay ${name}`);
  return route * (1 + 0.3 * luck) + (luck > 0.97 ? 400 * luck : 0);
};

const delayMs = (world: World, parcel: Parcel, name: string): number => {
  const { plan, nowMs } = world;
  const spread = faultsOf(plan.faults, 'reordering')
    .filter((fault) => isDuring(fault, nowMs))
    .reduce((sum, { spreadMs }) => sum + spreadMs * keyedRandom(plan.seed, `spread ${name}`), 0);
  const slow = faultsOf(plan.faults, 'slow-peer')
    .filter((fault) => isDuring(fault, nowMs) && (fault.node === parcel.from || fault.node === parcel.to))
    .reduce((sum, { extraMs }) => sum + extraMs, 0);
  return Math.round(baseDelayMs(world, parcel, name) + spread + slow);
};

const isParted = ({ plan, nowMs }: World, { from, to }: Parcel): boolean =>
  faultsOf(plan.faults, 'partition').some(
    (fault) => isDuring(fault, nowMs) && fault.group.includes(from) !== fault.group.includes(to),
  );

const isCut = (world: World, parcel: Parcel): boolean =>
  isParted(world, parcel) ||
  faultsOf(world.plan.faults, 'one-way-cut').some(
    (fault) => isDuring(fault, world.nowMs) && fault.from === parcel.from && fault.to === parcel.to,
  );

const isLost = ({ plan, nowMs }: World, name: string): boolean =>
  faultsOf(plan.faults, 'loss').some(
    (fault) => isDuring(fault, nowMs) && keyedRandom(plan.seed, `loss ${name}`) < fault.rate,
  );

const isDoubled = ({ plan, nowMs }: World, name: string): boolean =>
  faultsOf(plan.faults, 'duplication').some(
    (fault) => isDuring(fault, nowMs) && keyedRandom(plan.seed, `double ${name}`) < fault.rate,
  );

/** 8 hex digits that tell messages of one label apart. */
export const shortHash = (bytes: Uint8Array): string => {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
};

const arrive = (world: World, parcel: Parcel, name: string): void => {
  const receiver = world.nodes[parcel.to];
  if (receiver === undefined || !receiver.isUp) return;
  world.journal.messages += 1;
  note(world, name);
  parcel.deliver();
};

/** Whether the shrinker wants to see the run without it. */
const isSuppressed = ({ suppressed }: World, name: string): boolean => suppressed.has(name);

const launch = (world: World, parcel: Parcel, name: string): void => {
  const due = (suffix: string): void =>
    after(world, delayMs(world, parcel, name + suffix), {
      ...{ label: name, node: world.nodes[parcel.to] },
      run: () => arrive(world, parcel, name),
    });
  due('');
  if (isDoubled(world, name)) due(' again');
};

const isReachable = ({ nodes }: World, { to }: Parcel): boolean => nodes[to]?.isUp === true;

/** Over a stream: tried until it gets through, its sender dies, or the time of its round is over. */
export const sendByStream = (world: World, parcel: Parcel): void => {
  const name = `${parcel.label} ${parcel.from}>${parcel.to}`;
  if (isSuppressed(world, name)) return;
  const untilMs = world.nowMs + STREAM_PATIENCE_MS;
  const attempt = (count: number): void => {
    if (!isCut(world, parcel) && isReachable(world, parcel) && !isLost(world, `${name} ${count}`)) {
      launch(world, parcel, name);
      return;
    }
    const waitMs = RETRY_MS[Math.min(count, RETRY_MS.length - 1)] ?? 0;
    if (world.nowMs + waitMs > untilMs) return;
    const retry = { label: `retry ${name}`, node: world.nodes[parcel.from], run: () => attempt(count + 1) };
    after(world, waitMs, retry);
  };
  attempt(0);
};

/** By gossip: many ways lead to a peer, so only a partition or bad luck keeps it away, for some heartbeats. */
export const sendByGossip = (world: World, parcel: Parcel): void => {
  const name = `${parcel.label} ${parcel.from}>${parcel.to}`;
  if (isSuppressed(world, name)) return;
  const attempt = (count: number): void => {
    if (!isParted(world, parcel) && isReachable(world, parcel) && !isLost(world, `${name} ${count}`)) {
      launch(world, parcel, name);
      return;
    }
    if (count + 1 >= GOSSIP_ATTEMPTS) return;
    // The message lives on in the mesh when its publisher dies.
    after(world, GOSSIP_HEARTBEAT_MS, { label: `offer ${name}`, node: undefined, run: () => attempt(count + 1) });
  };
  attempt(0);
};

export const labelOf = (what: string, bytes: Uint8Array): string => `${what}#${shortHash(bytes)}`;

/** A number in [0, 1) of the run and a name. */
export const lot = ({ plan }: World, name: string): number => hashText(name, hashText(`${plan.seed}`)) / 4_294_967_296;
