/** Closed: metric labels. */
export type NetworkErrorCode =
  | 'PEER_UNREACHABLE'
  | 'FRAME_TOO_LARGE'
  | 'MESSAGE_TOO_LARGE'
  | 'QUEUE_FULL'
  | 'SEND_TIMEOUT'
  | 'LISTEN_FAILED'
  | 'BAD_ADDRESS'
  | 'CLOSED';

/** The network did not do what was asked. What a peer says is never an error: it is a verdict or a count. */
export class NetworkError extends Error {
  readonly code: NetworkErrorCode;

  constructor(code: NetworkErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'NetworkError';
    this.code = code;
  }
}

/** Streams of libp2p may reject with a close event instead of an error. */
export const toError = (thrown: unknown): Error => {
  if (thrown instanceof Error) return thrown;
  const inner: unknown = typeof thrown === 'object' && thrown !== null && 'error' in thrown ? thrown.error : undefined;
  return inner instanceof Error ? inner : new NetworkError('CLOSED', 'the stream was closed');
};
