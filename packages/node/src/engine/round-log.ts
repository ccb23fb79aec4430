import {
  type Agreed,
  Bytes32,
  type Certificate,
  decodeCertificate,
  decodeSeatMessage,
  decodeWire,
  encodeWire,
  fromHex,
  MAX_STREAM_FRAME_BYTES,
  type OwnResult,
  type SeatMessage,
  toHex,
} from '@mlb/protocol';

/** What a daemon remembers of one round over a restart. */
export interface LoggedRound {
  readonly result: OwnResult | undefined;
  /** Own statements that were signed, and so may have left. */
  readonly signed: readonly SeatMessage[];
  readonly certificate: Certificate | undefined;
  /** What opens its digest, where this node held it. */
  readonly agreed: Agreed | undefined;
}

export const encodeResult = (r: OwnResult): Uint8Array =>
  encodeWire([fromHex(r.resultHash), r.output, fromHex(r.salt), fromHex(r.blindShare), r.execMs]);

const decodeResult = (bytes: Uint8Array): OwnResult => {
  const [hash, output, salt, share, execMs] = decodeWire(bytes, 2 * MAX_STREAM_FRAME_BYTES) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
    number,
  ];
  return {
    resultHash: Bytes32(toHex(hash)),
    output,
    salt: Bytes32(toHex(salt)),
    blindShare: Bytes32(toHex(share)),
    execMs,
  };
};

export const encodeAgreed = ({ blind, output }: Agreed): Uint8Array => encodeWire([fromHex(blind), output]);

const decodeAgreed = (bytes: Uint8Array): Agreed => {
  const [blind, output] = decodeWire(bytes, 2 * MAX_STREAM_FRAME_BYTES) as [Uint8Array, Uint8Array];
  return { blind: Bytes32(toHex(blind)), output };
};

/** From the parts of one round by name. Throws ProtocolError on garbage. */
export const decodeRound = (parts: ReadonlyMap<string, Uint8Array>): LoggedRound => {
  const result = parts.get('result');
  const certificate = parts.get('certificate');
  const agreed = parts.get('agreed');
  return {
    result: result && decodeResult(result),
    signed: [...parts].filter(([part]) => part.startsWith('signed-')).map(([, bytes]) => decodeSeatMessage(bytes)),
    certificate: certificate && decodeCertificate(certificate),
    agreed: agreed && decodeAgreed(agreed),
  };
};
