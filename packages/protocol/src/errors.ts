/** Why a value was refused. The set is closed: codes are metric labels and part of the interface. */
export type ProtocolErrorCode =
  | 'BAD_HEX'
  | 'BAD_ENCODING'
  | 'TOO_LARGE'
  | 'BAD_SIGNATURE'
  | 'BAD_TENSOR'
  | 'BAD_PARAMETER'
  | 'BAD_SNAPSHOT'
  | 'BAD_CERTIFICATE'
  | 'BAD_BATCH'
  | 'BAD_RECEIPT';

/** A value that breaks a rule of the protocol. Expected outcomes are values (`Verdict`); this is for broken input and code. */
export class ProtocolError extends Error {
  readonly code: ProtocolErrorCode;

  constructor(code: ProtocolErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'ProtocolError';
    this.code = code;
  }
}
