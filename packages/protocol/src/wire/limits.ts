/** Every size is checked before anything is decoded or allocated. */
export const MAX_INLINE_INPUT_BYTES: number = 16 * 1024;
/** A TaskOrder with its inline input and signature (protocol.md section 2). */
export const MAX_ORDER_BYTES: number = 20 * 1024;
/** A frame on a committee stream. */
export const MAX_STREAM_FRAME_BYTES: number = 256 * 1024;
/** A tensor inside a Reveal or a delivery; larger ones travel by CID. */
export const MAX_INLINE_TENSOR_BYTES: number = 64 * 1024;
/** A gossip envelope on the wire. */
export const MAX_ENVELOPE_BYTES: number = 256 * 1024;
/** Messages of one kind in one gossip envelope. */
export const MAX_ENVELOPE_MESSAGES: number = 64;
/** Seats of all rounds of one task: 31 signatures of equal seats are 70.5 % of 44. */
export const MAX_LOCKED_SEATS: number = 44;
/** A QcAnnounce: at most 31 signatures of 64 bytes, 44 locked commits, and the statement. */
export const MAX_CERTIFICATE_BYTES: number = 8 * 1024;
/** A Dissent, RoundFail or Decline: one small signed statement. */
export const MAX_SEAT_STATEMENT_BYTES: number = 512;
/** A certified verdict: at most 31 signatures of 64 bytes and the verdict. */
export const MAX_VERDICT_BYTES: number = 4 * 1024;
/** Evidence: two signed statements. */
export const MAX_EVIDENCE_BYTES: number = 4 * 1024;
/** A batch proposal with the deltas and nullifiers of up to 1024 leaves. */
export const MAX_BATCH_PROPOSAL_BYTES: number = 128 * 1024;
export const MAX_BATCH_ATTESTATION_BYTES: number = 1024;
/** Leaves in one batch. */
export const MAX_BATCH_LEAVES: number = 1024;
/** The encoded leaves of one batch. */
export const MAX_BATCH_BYTES: number = 16 * 1024 * 1024;
