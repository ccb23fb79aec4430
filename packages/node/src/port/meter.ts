/** Values from closed sets only. Peer ids and task ids are never labels: their number is not bounded. */
export type Labels = Readonly<Record<string, string>>;

export type CounterName =
  | 'mlb_tasks_total'
  | 'mlb_gossip_messages_total'
  | 'mlb_seat_messages_total'
  | 'mlb_rejections_total'
  | 'mlb_executor_kills_total'
  | 'mlb_executions_total'
  | 'mlb_guard_refusals_total'
  | 'mlb_evidence_total'
  | 'mlb_slashes_total'
  | 'mlb_settlement_batches_total'
  | 'mlb_transactions_total'
  | 'mlb_tx_bumps_total'
  | 'mlb_chain_rollbacks_total'
  | 'mlb_dropped_total';

export type GaugeName =
  | 'mlb_peers'
  | 'mlb_open_tasks'
  | 'mlb_queue_length'
  | 'mlb_chain_head_block'
  | 'mlb_chain_head_lag_blocks'
  | 'mlb_epoch'
  | 'mlb_settlement_lag_seconds'
  | 'mlb_disk_free_bytes';

export type HistogramName =
  | 'mlb_task_agreement_seconds'
  | 'mlb_task_settlement_seconds'
  | 'mlb_seed_wait_seconds'
  | 'mlb_execution_seconds'
  | 'mlb_confidence_ratio'
  | 'mlb_store_write_seconds';

/** Where the node counts. Never throws; label names of each metric are those of metrics/catalog.ts. */
export interface Meter {
  readonly count: (name: CounterName, labels?: Labels, by?: number) => void;
  readonly gauge: (name: GaugeName, value: number, labels?: Labels) => void;
  readonly observe: (name: HistogramName, value: number, labels?: Labels) => void;
}
