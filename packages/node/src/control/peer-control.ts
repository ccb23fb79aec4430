import { peerIdFromString } from '@libp2p/peer-id';
import { ControlError } from '../api/control-error.ts';
import type { PeerControl } from '../api/daemon.ts';
import type { PeerView } from '../api/schema/peer.ts';
import type { ChainView } from '../chain/state.ts';
import { NetworkError } from '../network/network-error.ts';
import type { Peer, PeerConnection } from '../network/peer.ts';
import { peerIdOfKey } from '../network/peer-id.ts';

const refuse = (error: unknown): never => {
  if (!(error instanceof NetworkError)) throw error;
  if (error.code === 'BAD_ADDRESS') throw new ControlError('BAD_MULTIADDR', error.message, { cause: error });
  throw new ControlError('PEER_UNREACHABLE', error.message, {
    cause: error,
    next: 'is the peer running, and is the address that of `mlb peer id` on its machine?',
  });
};

/** Connections and dialling. */
export const createPeerControl = (peer: Peer, view: ChainView): PeerControl => {
  const operatorOf = (peerId: string): string | undefined =>
    view.latestSnapshot()?.rows.find(({ peerKey }) => peerKey !== undefined && peerIdOfKey(peerKey) === peerId)
      ?.operator;

  const viewOf = ({ peerId, multiaddr, direction }: PeerConnection): PeerView => {
    const connection = peer.libp2p.getConnections(peerIdFromString(peerId))[0];
    return {
      peerId,
      multiaddr,
      direction,
      encryption: connection?.encryption,
      latencyMs: connection?.rtt,
      operator: operatorOf(peerId),
    };
  };

  return {
    identity: async () => ({ schema: 'mlb.peer-identity/1', peerId: peer.peerId, multiaddrs: peer.multiaddrs() }),
    // Two peers that dialled each other have two connections: one peer all the same.
    list: async () => [
      ...new Map(peer.connections().map((connection) => [connection.peerId, viewOf(connection)])).values(),
    ],
    dial: async (multiaddr, signal) => {
      const peerId = await peer.dial(multiaddr, signal).catch(refuse);
      const connection = peer.connections().find((candidate) => candidate.peerId === peerId);
      if (connection === undefined) {
        throw new ControlError('PEER_UNREACHABLE', `${peerId} closed the connection at once`);
      }
      return viewOf(connection);
    },
    ping: async (target, signal) => {
      const roundTripMs = await peer.ping(target, signal).catch(refuse);
      const peerId = target.startsWith('/') ? (target.split('/p2p/').at(-1) ?? target) : target;
      return { schema: 'mlb.ping/1', peerId, roundTripMs };
    },
  };
};
