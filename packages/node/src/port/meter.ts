/** Label names of each counter. Values come from closed sets; peer ids and task ids are never labels: they are unbounded. */
export interface CounterLabels {
  readonly batches: 'status';
  readonly chain_rollbacks: never;
  readonly delivery_refused: 'code';
  readonly delivery_unsent: never;
  readonly dissents: never;
  readonly dropped: 'queue';
  readonly engine_errors: never;
  readonly evidence: 'kind';
  readonly execution_failures: 'reason';
  readonly executor_kills: 'reason';
  readonly frames: 'protocol' | 'outcome';
  readonly gossip_messages: 'topic' | 'outcome';
  readonly gossip_refused: 'topic' | 'code';
  readonly guard_refusals: 'code';
  readonly seat_message_refused: 'code';
  readonly seat_message_unsent: never;
  readonly slashes: 'kind';
  readonly tasks: 'state';
  readonly transactions: 'status';
  readonly tx_bumps: never;
}

export interface GaugeLabels {
  readonly chain_head_block: never;
  readonly chain_head_lag_blocks: never;
  readonly disk_free_bytes: never;
  readonly epoch: never;
  readonly open_tasks: never;
  readonly peers: 'direction';
  readonly queue_length: 'queue';
  readonly settlement_lag_ms: never;
}

export interface HistogramLabels {
  readonly agreement_ms: never;
  readonly confidence_ratio: never;
  readonly execution_ms: never;
  readonly seed_wait_ms: never;
  readonly settlement_ms: never;
  readonly store_write_ms: 'sync';
}

type LabelsOf<Names extends string> = Readonly<Record<Names, string>>;

/** Where the node counts. Times are given in milliseconds, names end in the unit. Never throws. */
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
