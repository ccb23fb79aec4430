/** Every key of the store starts with one of these: the one place where they are given out. */
export const STORE_PREFIXES = {
  /** Orders, results, certificates and deliveries by task. */
  task: 'task/',
  /** Seats served and passed on, for the decline budget. */
  duty: 'duty/',
  /** Duties that were signed. */
  guard: 'guard/',
  /** Settlement batches: leaves, proposals, attestations. */
  batch: 'batch/',
  /** The settlement bot's journal of transactions. */
  journal: 'journal/',
  /** What the indexer folded. */
  chain: 'chain/',
} as const;
