/** Closed: metric labels and exit codes. */
export type StoreErrorCode =
  | 'STORE_LOCKED'
  | 'STORE_FULL'
  | 'STORE_CORRUPT'
  | 'STORE_MISSING'
  | 'STORE_CLOSED'
  | 'STORE_IO';

/** The database did not do what was asked. */
export class StoreError extends Error {
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'StoreError';
    this.code = code;
  }
}
