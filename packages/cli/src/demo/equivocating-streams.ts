import type { Streams } from '@mlb/node';
import {
  COMMIT,
  COMMITTEE_PROTOCOL,
  type Domain,
  decodeSeatMessage,
  digestOf,
  encodeSeatMessage,
  keccak256,
  type SeatMessage,
  type Secp256k1,
} from '@mlb/protocol';

interface Equivocator {
  readonly domain: Domain;
  readonly secp256k1: Secp256k1;
  /** The operator's session key, used past its signing guard. */
  readonly sessionKey: Uint8Array;
}

/** A second commit of the same seat to another value. */
const secondCommit = (
  { domain, secp256k1, sessionKey }: Equivocator,
  { commit }: Extract<SeatMessage, { readonly type: 'commit' }>,
): SeatMessage => {
  const body = { ...commit.body, commitHash: keccak256(commit.body.commitHash) };
  return { type: 'commit', commit: { body, signature: secp256k1.sign(digestOf(domain, COMMIT, body), sessionKey) } };
};

/**
 * An operator that equivocates: it commits to two values, to choose later which one to open, and then opens neither.
 * Its engine and executor are honest; what leaves the machine is not.
 */
export const createEquivocatingStreams = (honest: Streams, equivocator: Equivocator): Streams => ({
  handle: honest.handle,
  send: async (peerId, protocol, frame, signal) => {
    if (protocol !== COMMITTEE_PROTOCOL) return honest.send(peerId, protocol, frame, signal);
    const message = decodeSeatMessage(frame);
    if (message.type !== 'commit') return;
    await honest.send(peerId, protocol, frame, signal);
    await honest.send(peerId, protocol, encodeSeatMessage(secondCommit(equivocator, message)), signal);
  },
});
