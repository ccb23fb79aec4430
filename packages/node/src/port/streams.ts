/** Handles one frame of a peer. Throwing closes the stream. */
export type FrameHandler = (frame: Uint8Array, from: string) => Promise<void>;

/** Length-prefixed frames over one long stream per pair of peers and protocol. Peers are libp2p peer ids in base58. */
export interface Streams {
  readonly handle: (protocol: string, handler: FrameHandler) => void;
  /** Dials if needed. Throws NetworkError (PEER_UNREACHABLE, FRAME_TOO_LARGE, SEND_TIMEOUT). */
  readonly send: (peerId: string, protocol: string, frame: Uint8Array, signal: AbortSignal) => Promise<void>;
}
