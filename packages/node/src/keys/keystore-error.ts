export type KeystoreErrorCode =
  | 'ACCOUNT_EXISTS'
  | 'ACCOUNT_UNKNOWN'
  | 'BAD_ACCOUNT_NAME'
  | 'BAD_KEYSTORE'
  | 'WRONG_PASSWORD';

/** An account could not be made or opened. The message says why and what to do. */
export class KeystoreError extends Error {
  readonly code: KeystoreErrorCode;

  constructor(code: KeystoreErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'KeystoreError';
    this.code = code;
  }
}
