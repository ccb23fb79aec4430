/** Content-addressed bytes: models, inputs, batch data. CIDs are CIDv1 strings. */
export interface Content {
  /** Adds, pins and announces. The CID is that of a single raw or UnixFS DAG and reproducible. */
  readonly add: (bytes: Uint8Array, signal: AbortSignal) => Promise<string>;
  /** At most `maxBytes`, checked before and while fetching; `providers` are peer ids to ask first. Throws ContentError. */
  readonly get: (
    cid: string,
    options: { readonly maxBytes: number; readonly providers: readonly string[]; readonly signal: AbortSignal },
  ) => Promise<Uint8Array>;
  readonly unpin: (cid: string) => Promise<void>;
}
