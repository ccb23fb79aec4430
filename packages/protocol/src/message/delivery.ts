import { ProtocolError } from '../errors.ts';
import { Bytes32, fromHex, toHex } from '../primitives/hex.ts';
import { MAX_INLINE_TENSOR_BYTES, MAX_STREAM_FRAME_BYTES } from '../wire/limits.ts';
import { decodeWire, encodeWire } from '../wire/record.ts';
import { type Certificate, certificateFromWire, certificateToWire } from './certificate.ts';

/** What a certified seat sends to the requester: the certificate, and what opens its digest. */
export interface Delivery {
  readonly certificate: Certificate;
  /** keccak256 of the locked seats' blind shares. */
  readonly blind: Bytes32;
  /** Canonical bytes of the agreed output. */
  readonly output: Uint8Array;
}

export const encodeDelivery = ({ certificate, blind, output }: Delivery): Uint8Array =>
  encodeWire([certificateToWire(certificate), fromHex(blind), output]);

export const decodeDelivery = (bytes: Uint8Array): Delivery => {
  const wire = decodeWire(bytes, MAX_STREAM_FRAME_BYTES);
  if (!Array.isArray(wire) || wire.length !== 3) throw new ProtocolError('BAD_ENCODING', 'delivery: expected 3 fields');
  const [certificate, blind, output] = wire;
  if (!(blind instanceof Uint8Array && output instanceof Uint8Array) || output.length > MAX_INLINE_TENSOR_BYTES) {
    throw new ProtocolError('BAD_ENCODING', 'delivery: expected a blind and an output');
  }
  return { certificate: certificateFromWire(certificate), blind: Bytes32(toHex(blind)), output };
};
