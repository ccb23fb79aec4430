import type { CounterLabels, GaugeLabels, HistogramLabels } from '../port/meter.ts';

/** What a metric is for, and its label names. */
export interface MetricSpec<Label extends string = string> {
  readonly help: string;
  readonly labels: readonly Label[];
}

type Specs<Labels> = { readonly [Name in keyof Labels]: MetricSpec<Labels[Name] & string> };

export const COUNTERS: Specs<CounterLabels> = {
  mlb_audits_total: { help: 'Certificates that a beacon drew for an audit', labels: [] },
  mlb_chain_rollbacks_total: { help: 'Reorganisations of the L2 undone', labels: [] },
  mlb_declines_total: { help: 'Own seats passed to their substitutes', labels: ['reason'] },
  mlb_disputes_total: { help: 'Certificates made provisional, by round', labels: ['round'] },
  mlb_dropped_total: { help: 'Work dropped: a bounded queue was full, or nobody was there', labels: ['queue'] },
  mlb_evidence_total: { help: 'Equivocation evidence seen', labels: ['kind'] },
  mlb_executions_total: { help: 'Own executions, by outcome', labels: ['outcome'] },
  mlb_executor_kills_total: { help: 'Executor processes ended by force', labels: ['reason'] },
  mlb_frames_total: { help: 'Frames on direct streams', labels: ['protocol', 'outcome'] },
  mlb_gossip_messages_total: { help: 'Gossip messages, by what became of them', labels: ['topic', 'outcome'] },
  mlb_guard_refusals_total: { help: 'Signatures the signing guard refused', labels: ['kind'] },
  mlb_rejections_total: { help: 'Refused input, by the closed code of the refusal', labels: ['source', 'code'] },
  mlb_round_failures_total: { help: 'Rounds without a certificate in which this node had a seat', labels: ['round'] },
  mlb_settlement_batches_total: { help: 'Batches, by what became of them', labels: ['status'] },
  mlb_slashes_total: { help: 'Slashes seen on the L2', labels: ['kind'] },
  mlb_tasks_total: { help: 'Tasks that entered a state', labels: ['state'] },
  mlb_transactions_total: { help: 'L2 transactions, by what became of them', labels: ['status'] },
  mlb_tx_bumps_total: { help: 'L2 transactions sent again at a higher fee', labels: [] },
  mlb_watched_batches_total: { help: 'Posted batches, by what their audit found', labels: ['finding'] },
  mlb_watcher_transactions_total: { help: 'Proofs, challenges and answers sent', labels: ['action', 'outcome'] },
};

export const GAUGES: Specs<GaugeLabels> = {
  mlb_chain_head_block: { help: 'L2 block the indexer has applied', labels: [] },
  mlb_chain_head_lag_blocks: { help: 'L2 blocks the indexer is behind', labels: [] },
  mlb_disk_free_bytes: { help: 'Free space where the home is', labels: [] },
  mlb_epoch: { help: 'Last sealed epoch', labels: [] },
  mlb_open_tasks: { help: 'Tasks that are neither settled nor over', labels: [] },
  mlb_peers: { help: 'Connected peers', labels: ['direction'] },
  mlb_queue_length: { help: 'Entries of a bounded queue', labels: ['queue'] },
  mlb_settlement_lag_seconds: { help: 'Age of the oldest agreed task that is in no batch', labels: [] },
};

export const HISTOGRAMS: Specs<HistogramLabels> = {
  mlb_confidence_ratio: { help: 'Share of the committee weight that signed', labels: [] },
  mlb_execution_seconds: { help: 'Own executions', labels: [] },
  mlb_seed_wait_seconds: { help: 'From order to its seed block', labels: [] },
  mlb_store_write_seconds: { help: 'Store writes', labels: ['sync'] },
  mlb_task_agreement_seconds: { help: 'From order to certificate', labels: [] },
  mlb_task_settlement_seconds: { help: 'From order to settled', labels: [] },
};

export const SECONDS_BUCKETS: readonly number[] = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120,
];
/** From the 70 % a certificate needs to all seats. */
export const RATIO_BUCKETS: readonly number[] = [0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1];
