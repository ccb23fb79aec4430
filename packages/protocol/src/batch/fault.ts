/** Why a task cannot be settled, or a batch is not attested. A closed set: codes are metric labels. */
export type BatchFaultCode =
  // The batch as a whole.
  | 'WRONG_INDEX'
  | 'WRONG_PARENT'
  | 'WRONG_EPOCH'
  | 'WRONG_BASE_FEE'
  | 'FOLD_BEHIND'
  | 'WRONG_DATA'
  | 'MALFORMED'
  | 'EMPTY'
  | 'NOT_SORTED'
  | 'WRONG_DELTAS'
  | 'WRONG_NULLIFIERS'
  | 'WRONG_SLASHES_ROOT'
  | 'WRONG_REPUTATION_ROOT'
  | 'WRONG_HEADER'
  // One task of it.
  | 'UNSUPPORTED'
  | 'BAD_REDUNDANCY'
  | 'BAD_ORDER_SIGNATURE'
  | 'EXPIRED'
  | 'UNKNOWN_BLOCK'
  | 'WRONG_ANCHOR'
  | 'UNTIMELY'
  | 'UNKNOWN_EPOCH'
  | 'UNKNOWN_MODEL'
  | 'BAD_COMPUTE_UNITS'
  | 'NO_COMMITTEE'
  | 'BAD_DECLINE'
  | 'WRONG_STATEMENT'
  | 'BAD_CERTIFICATE'
  | 'UNDER_DISPUTE'
  | 'NOT_SETTLEABLE'
  | 'AUDIT_MISSING'
  | 'NEEDLESS_AUDIT'
  | 'BAD_VERDICT'
  | 'VERDICT_MISSING'
  | 'BAD_NONCE'
  | 'NONCE_USED'
  | 'UNKNOWN_ACCOUNT'
  | 'CHARGE_ABOVE_MAX_FEE'
  | 'OVERDRAWN'
  | 'WRONG_COMMITTEE'
  | 'WRONG_LEDGER_ROWS'
  // Of building only: the next batch takes it.
  | 'BATCH_FULL';

const LAG: ReadonlySet<BatchFaultCode> = new Set([
  'WRONG_INDEX',
  'WRONG_PARENT',
  'WRONG_EPOCH',
  'WRONG_BASE_FEE',
  'FOLD_BEHIND',
  'UNKNOWN_BLOCK',
  'WRONG_ANCHOR',
  'UNKNOWN_EPOCH',
  'UNKNOWN_MODEL',
  'UNKNOWN_ACCOUNT',
  'OVERDRAWN',
  'NOT_SETTLEABLE',
  'BATCH_FULL',
]);

/** Whether the same task or batch may pass once we see a later block. */
export const isPassingFault = (code: BatchFaultCode): boolean => LAG.has(code);

const CONVICTABLE: ReadonlySet<BatchFaultCode> = new Set([
  'UNSUPPORTED',
  'BAD_REDUNDANCY',
  'BAD_ORDER_SIGNATURE',
  'EXPIRED',
  'WRONG_ANCHOR',
  'BAD_COMPUTE_UNITS',
  'NO_COMMITTEE',
  'BAD_DECLINE',
  'WRONG_STATEMENT',
  'BAD_CERTIFICATE',
  'BAD_NONCE',
  'CHARGE_ABOVE_MAX_FEE',
  'WRONG_COMMITTEE',
]);

/**
 * Whether LeafProofs convicts a posted leaf of this: what moves money and stands in its ABI form. Audits, verdicts, disputes
 * and timeliness are for attesters alone; what is only unknown to us may be our own lag.
 */
export const isConvictable = (code: BatchFaultCode): boolean => CONVICTABLE.has(code);
