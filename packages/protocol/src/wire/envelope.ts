import { ProtocolError } from '../errors.ts';
import { MAX_ENVELOPE_BYTES, MAX_ENVELOPE_MESSAGES } from './limits.ts';
import { decodeWire, encodeWire } from './record.ts';

/** Gossip costs by the delivery, not by the byte: one envelope carries 1 to 64 messages of one topic. */
export const encodeEnvelope = (messages: readonly Uint8Array[]): Uint8Array => encodeWire([...messages]);

/** Throws TOO_LARGE or BAD_ENCODING; the messages themselves are not decoded. */
export const decodeEnvelope = (bytes: Uint8Array): readonly Uint8Array[] => {
  const wire = decodeWire(bytes, MAX_ENVELOPE_BYTES);
  const isList = Array.isArray(wire) && wire.length >= 1 && wire.length <= MAX_ENVELOPE_MESSAGES;
  if (!isList || !wire.every((message) => message instanceof Uint8Array)) {
    throw new ProtocolError('BAD_ENCODING', `envelope: expected 1 to ${MAX_ENVELOPE_MESSAGES} messages`);
  }
  return wire;
};
