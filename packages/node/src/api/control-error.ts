import type { ApiErrorCode } from './error-code.ts';

/**
 * An expected refusal of a `DaemonControl` method: what happened and why in `message`, the next command in `next`. The
 * API answers it as JSON with the code's HTTP status. Anything else a method throws becomes INTERNAL, without its text.
 */
export class ControlError extends Error {
  readonly code: ApiErrorCode;
  readonly next: string | undefined;

  constructor(
    code: ApiErrorCode,
    message: string,
    options: { readonly next?: string | undefined; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ControlError';
    this.code = code;
    this.next = options.next;
  }
}
