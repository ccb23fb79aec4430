/** Closed: metric labels. */
export type ContentErrorCode =
  /** Nobody sent it before the signal fired. */
  | 'NOT_FOUND'
  | 'TOO_LARGE'
  | 'BAD_CID'
  /** The blocks are whole, but they are not what this CID's bytes look like. */
  | 'BAD_CONTENT'
  | 'CONTENT_IO';

/** Content could not be stored or fetched. */
export class ContentError extends Error {
  readonly code: ContentErrorCode;

  constructor(code: ContentErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'ContentError';
    this.code = code;
  }
}
