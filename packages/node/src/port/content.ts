/** Content-addressed bytes: models, inputs, batch data. CIDs are CIDv1 strings, always dag-pb and sha2-256 at the root. */
export interface Content {
  /**
   * Adds, pins and announces (in the background). The CID depends on the bytes alone and can be computed offline
   * (content/cid.ts). Throws ContentError.
   */
  readonly add: (bytes: Uint8Array, signal: AbortSignal) => Promise<string>;
  /**
   * At most `maxBytes`, checked before and while fetching; `providers` are peer ids to ask first. The bytes are hashed
   * again: what comes back has this CID. Throws ContentError.
   */
  readonly get: (
    cid: string,
    options: { readonly maxBytes: number; readonly providers: readonly string[]; readonly signal: AbortSignal },
  ) => Promise<Uint8Array>;
  /** Lets the bytes be collected as garbage. Unpinning what is not pinned does nothing. */
  readonly unpin: (cid: string) => Promise<void>;
}
