import { ProtocolError } from '../errors.ts';

/** The decoded message, or undefined for bytes that are no such message: [REJECT] MALFORMED everywhere. */
export const tryDecode = <T>(decode: (bytes: Uint8Array) => T, bytes: Uint8Array): T | undefined => {
  try {
    return decode(bytes);
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
};
