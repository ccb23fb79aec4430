/** Closed: metric labels and exit codes. */
export type SigningGuardErrorCode =
  /** Something else was signed for this duty: signing would be equivocation. */
  | 'DUTY_CONFLICT'
  /** What was signed is not fully known any more: a safety stop. */
  | 'GUARD_CORRUPT'
  /** The duty could not be written down, so it was not signed. */
  | 'GUARD_UNAVAILABLE';

export class SigningGuardError extends Error {
  readonly code: SigningGuardErrorCode;

  constructor(code: SigningGuardErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'SigningGuardError';
    this.code = code;
  }
}

/** The safety stop: signing with a history that has holes risks the whole stake. */
export const guardCorrupt = (what: string, cause?: unknown): SigningGuardError =>
  new SigningGuardError(
    'GUARD_CORRUPT',
    `the signing history is damaged: ${what}. This node will not sign, since a second statement for one duty costs the ` +
      'whole stake. Restore the home folder from the moment of the last signature, or rotate to a new session key.',
    { cause },
  );
