/** No daemon answers. `next` says how to start one. */
export class ApiUnreachableError extends Error {
  readonly code: 'DAEMON_UNREACHABLE';
  readonly next: string;

  constructor(message: string, next: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'ApiUnreachableError';
    this.code = 'DAEMON_UNREACHABLE';
    this.next = next;
  }
}

/** The daemon refused. `code` is an ApiErrorCode of the daemon's version. */
export class ApiResponseError extends Error {
  readonly code: string;
  readonly status: number;
  readonly next: string;

  constructor(status: number, code: string, message: string, next: string) {
    super(message);
    this.name = 'ApiResponseError';
    this.status = status;
    this.code = code;
    this.next = next;
  }
}
