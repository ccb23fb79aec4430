/** Handles one frame of a peer; the frames of one stream come one after the other. Throwing closes the stream. */
export type FrameHandler = (frame: Uint8Array, from: string) => Promise<void>;

/** Length-prefixed frames over one long stream per pair of peers and protocol. Peers are libp2p peer ids in base58. */
export interface Streams {
  /** One handler per protocol. */
  readonly handle: (protocol: string, handler: FrameHandler) => void;
  /**
   * Dials if needed, and once more when the stream broke. Resolves when the transport took the frame: it may still be
   * lost with the connection. Throws NetworkError (PEER_UNREACHABLE, FRAME_TOO_LARGE, QUEUE_FULL, SEND_TIMEOUT, CLOSED).
   */
  readonly send: (peerId: string, protocol: string, frame: Uint8Array, signal: AbortSignal) => Promise<void>;
}
