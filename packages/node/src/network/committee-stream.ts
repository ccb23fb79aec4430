import type { Connection, Libp2p, PeerId, Stream } from '@libp2p/interface';
import { peerIdFromString } from '@libp2p/peer-id';
import { MAX_STREAM_FRAME_BYTES } from '@mlb/protocol';
import type { Clock } from '../port/clock.ts';
import type { FrameHandler, Streams } from '../port/streams.ts';
import type { CountNetwork, FrameOutcome } from './count.ts';
import { createFrameLink, type FrameLink, FrameRefusedError } from './frame-link.ts';
import { NetworkError } from './network-error.ts';
import { createRateLimit } from './rate-limit.ts';

/** Frames of one stream: well above an honest committee's traffic, well below what would starve the process. */
const FRAMES_PER_SECOND = 2000;
const FRAMES_BURST = 8000;
const DIAL_TIMEOUT_MS = 5000;
/** One is used; the others cover a simultaneous open and one that is dying. */
const MAX_STREAMS_PER_CONNECTION = 4;

export interface ClosableStreams extends Streams {
  readonly close: () => void;
}

/** Rejects with SEND_TIMEOUT when the signal fires first; the promise itself goes on. */
const orAbort = <T>(promise: Promise<T>, signal: AbortSignal): Promise<T> => {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void =>
    reject(new NetworkError('SEND_TIMEOUT', 'not connected in time', { cause: signal.reason }));
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  return Promise.race([promise, aborted]).finally(() => signal.removeEventListener('abort', onAbort));
};

/** Opens a stream by the known addresses and, when they are stale or missing, by the DHT. */
const openStream = async (libp2p: Libp2p, peer: PeerId, protocol: string): Promise<Stream> => {
  const signal = AbortSignal.timeout(DIAL_TIMEOUT_MS);
  const options = { signal, maxOutboundStreams: MAX_STREAMS_PER_CONNECTION };
  try {
    return await libp2p.dialProtocol(peer, protocol, options);
  } catch (error) {
    if (signal.aborted || libp2p.getConnections(peer).length > 0) throw error;
    const found = await libp2p.peerRouting.findPeer(peer, { signal });
    return await libp2p.dialProtocol(found.multiaddrs, protocol, options);
  }
};

const parsePeer = (peerId: string): PeerId => {
  try {
    return peerIdFromString(peerId);
  } catch (cause) {
    throw new NetworkError('PEER_UNREACHABLE', `${JSON.stringify(peerId.slice(0, 80))} is no peer id`, { cause });
  }
};

export const createStreams = (options: {
  readonly libp2p: Libp2p;
  readonly clock: Clock;
  readonly count: CountNetwork;
}): ClosableStreams => {
  const { libp2p, clock } = options;
  const handlers = new Map<string, FrameHandler>();
  const links = new Map<string, Promise<FrameLink>>();
  const open = new Set<FrameLink>();
  let closed = false;
  const count = (protocol: string, outcome: FrameOutcome): void =>
    options.count({ type: 'frame', protocol, outcome, amount: 1 });

  const receive = (protocol: string, from: string): ((frame: Uint8Array) => Promise<void>) => {
    const rate = createRateLimit({ perSecond: FRAMES_PER_SECOND, burst: FRAMES_BURST, clock });
    return async (frame) => {
      const handler = handlers.get(protocol);
      if (!rate.take()) throw new FrameRefusedError('too-fast');
      if (handler === undefined) throw new FrameRefusedError('failed');
      count(protocol, 'received');
      await handler(frame, from).catch((cause: unknown) => {
        throw new FrameRefusedError('failed', cause);
      });
    };
  };

  const link = (stream: Stream, from: string, protocol: string): FrameLink => {
    count(protocol, 'opened');
    const created = createFrameLink(stream, receive(protocol, from), (error) => {
      open.delete(created);
      if (error instanceof FrameRefusedError) count(protocol, error.outcome);
      // it-length-prefixed names its refusals Invalid…; resets and aborted connections are no offence.
      else if (error?.name.startsWith('Invalid')) count(protocol, 'malformed');
      count(protocol, 'closed');
    });
    open.add(created);
    return created;
  };

  /** Remembers the link for sending until it ends. */
  const remember = (key: string, linking: Promise<FrameLink>): Promise<FrameLink> => {
    links.set(key, linking);
    const forget = (): void => {
      if (links.get(key) === linking) links.delete(key);
    };
    linking.then(({ ended }) => ended.then(forget), forget);
    return linking;
  };

  const linkTo = (peerId: string, protocol: string): Promise<FrameLink> => {
    const key = `${peerId} ${protocol}`;
    const existing = links.get(key);
    if (existing !== undefined) return existing;
    const peer = parsePeer(peerId);
    return remember(
      key,
      openStream(libp2p, peer, protocol).then(
        (stream) => link(stream, peerId, protocol),
        (cause: unknown) => {
          throw new NetworkError('PEER_UNREACHABLE', `no stream ${protocol} to ${peerId}`, { cause });
        },
      ),
    );
  };

  const accept = (protocol: string, stream: Stream, connection: Connection): void => {
    const peerId = connection.remotePeer.toString();
    const key = `${peerId} ${protocol}`;
    const inbound = link(stream, peerId, protocol);
    // Whoever opened first, one stream serves both ways.
    if (!links.has(key)) remember(key, Promise.resolve(inbound));
  };

  const trySend = async (
    peerId: string,
    protocol: string,
    frame: Uint8Array,
    signal: AbortSignal,
  ): Promise<boolean> => {
    const { send } = await orAbort(linkTo(peerId, protocol), signal);
    try {
      await send(frame, signal);
      count(protocol, 'sent');
      return true;
    } catch (error) {
      if (error instanceof NetworkError && error.code === 'CLOSED') return false;
      if (error instanceof NetworkError && error.code === 'QUEUE_FULL') count(protocol, 'refused-full');
      throw error;
    }
  };

  return {
    handle: (protocol, handler) => {
      if (handlers.has(protocol)) throw new Error(`protocol ${protocol} has a handler already`);
      handlers.set(protocol, handler);
      const limits = { maxInboundStreams: MAX_STREAMS_PER_CONNECTION, maxOutboundStreams: MAX_STREAMS_PER_CONNECTION };
      libp2p
        .handle(protocol, (stream, connection) => accept(protocol, stream, connection), limits)
        // Registering fails only on a stopped node, where nothing arrives either.
        .catch(() => count(protocol, 'failed'));
    },
    send: async (peerId, protocol, frame, signal) => {
      if (closed) throw new NetworkError('CLOSED', 'the node is stopping: the frame was not sent');
      if (frame.length > MAX_STREAM_FRAME_BYTES) {
        const text = `a frame of ${frame.length} bytes, at most ${MAX_STREAM_FRAME_BYTES} are allowed`;
        throw new NetworkError('FRAME_TOO_LARGE', text);
      }
      // Twice: the remembered stream may have died since.
      if (await trySend(peerId, protocol, frame, signal)) return;
      if (await trySend(peerId, protocol, frame, signal)) return;
      throw new NetworkError('PEER_UNREACHABLE', `the stream ${protocol} to ${peerId} broke twice`);
    },
    close: () => {
      closed = true;
      for (const { abort } of open) abort(new NetworkError('CLOSED', 'the node is stopping'));
    },
  };
};
