/** Label names of each counter. Values come from closed sets; peer ids and task ids are never labels: they are unbounded. */
export interface CounterLabels {
  readonly mlb_audits_total: never;
  readonly mlb_chain_rollbacks_total: never;
  readonly mlb_declines_total: 'reason';
  readonly mlb_disputes_total: 'round';
  readonly mlb_dropped_total: 'queue';
  readonly mlb_evidence_total: 'kind';
  readonly mlb_executions_total: 'outcome';
  readonly mlb_executor_kills_total: 'reason';
  readonly mlb_frames_total: 'protocol' | 'outcome';
  readonly mlb_gossip_messages_total: 'topic' | 'outcome';
  readonly mlb_guard_refusals_total: 'kind';
  readonly mlb_rejections_total: 'source' | 'code';
  readonly mlb_round_failures_total: 'round';
  readonly mlb_settlement_batches_total: 'status';
  readonly mlb_slashes_total: 'kind';
  readonly mlb_tasks_total: 'state';
  readonly mlb_transactions_total: 'status';
  readonly mlb_tx_bumps_total: never;
  readonly mlb_watched_batches_total: 'finding';
  readonly mlb_watcher_transactions_total: 'action' | 'outcome';
}

export interface GaugeLabels {
  readonly mlb_chain_head_block: never;
  readonly mlb_chain_head_lag_blocks: never;
  readonly mlb_disk_free_bytes: never;
  readonly mlb_epoch: never;
  readonly mlb_open_tasks: never;
  readonly mlb_peers: 'direction';
  readonly mlb_queue_length: 'queue';
  readonly mlb_settlement_lag_seconds: never;
}

export interface HistogramLabels {
  readonly mlb_confidence_ratio: never;
  readonly mlb_execution_seconds: never;
  readonly mlb_seed_wait_seconds: never;
  readonly mlb_store_write_seconds: 'sync';
  readonly mlb_task_agreement_seconds: never;
  readonly mlb_task_settlement_seconds: never;
}

type LabelsOf<Names extends string> = Readonly<Record<Names, string>>;

/** Where the node counts, in base units (seconds, bytes). Never throws. */
export interface Meter {
  readonly count: <Name extends keyof CounterLabels>(
    name: Name,
    labels: LabelsOf<CounterLabels[Name]>,
    by?: number,
  ) => void;
  readonly gauge: <Name extends keyof GaugeLabels>(
    name: Name,
    value: number,
    labels: LabelsOf<GaugeLabels[Name]>,
  ) => void;
  readonly observe: <Name extends keyof HistogramLabels>(
    name: Name,
    value: number,
    labels: LabelsOf<HistogramLabels[Name]>,
  ) => void;
}
