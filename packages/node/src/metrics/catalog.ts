import type { CounterLabels, GaugeLabels, HistogramLabels } from '../port/meter.ts';

/** What a metric is for, and its label names. */
export interface MetricSpec<Label extends string = string> {
  readonly help: string;
  readonly labels: readonly Label[];
}

type Specs<Labels> = { readonly [Name in keyof Labels]: MetricSpec<Labels[Name] & string> };

export const COUNTERS: Specs<CounterLabels> = {
  batches: { help: 'Settlement batches, by what became of them', labels: ['status'] },
  chain_rollbacks: { help: 'Reorganisations of the L2 undone', labels: [] },
  delivery_refused: { help: 'Deliveries refused, by code', labels: ['code'] },
  delivery_unsent: { help: 'Deliveries that did not reach the requester', labels: [] },
  dissents: { help: 'Certificates that say otherwise than our own execution', labels: [] },
  dropped: { help: 'Work dropped because a bounded queue was full', labels: ['queue'] },
  engine_errors: { help: 'Events whose handling failed', labels: [] },
  evidence: { help: 'Equivocation evidence seen', labels: ['kind'] },
  execution_failures: { help: 'Own executions without a result', labels: ['reason'] },
  executor_kills: { help: 'Executor processes ended by force', labels: ['reason'] },
  frames: { help: 'Frames on direct streams', labels: ['protocol', 'outcome'] },
  gossip_messages: { help: 'Gossip messages, by what became of them', labels: ['topic', 'outcome'] },
  gossip_refused: { help: 'Gossip messages ignored or rejected, by code', labels: ['topic', 'code'] },
  guard_refusals: { help: 'Signatures the signing guard refused', labels: ['code'] },
  seat_message_refused: { help: 'Committee messages refused, by code', labels: ['code'] },
  seat_message_unsent: { help: 'Committee messages that did not reach a seat', labels: [] },
  slashes: { help: 'Slashes seen on the L2', labels: ['kind'] },
  tasks: { help: 'Tasks that entered a state', labels: ['state'] },
  transactions: { help: 'L2 transactions, by what became of them', labels: ['status'] },
  tx_bumps: { help: 'L2 transactions sent again at a higher fee', labels: [] },
};

export const GAUGES: Specs<GaugeLabels> = {
  chain_head_block: { help: 'L2 block the indexer has applied', labels: [] },
  chain_head_lag_blocks: { help: 'L2 blocks the indexer is behind', labels: [] },
  disk_free_bytes: { help: 'Free space where the home is', labels: [] },
  epoch: { help: 'Last sealed epoch', labels: [] },
  open_tasks: { help: 'Tasks that are neither settled nor over', labels: [] },
  peers: { help: 'Connected peers', labels: ['direction'] },
  queue_length: { help: 'Entries of a bounded queue', labels: ['queue'] },
  settlement_lag_ms: { help: 'Age of the oldest agreed task that is in no batch', labels: [] },
};

export const HISTOGRAMS: Specs<HistogramLabels> = {
  agreement_ms: { help: 'From order to certificate', labels: [] },
  confidence_ratio: { help: 'Share of the committee weight that signed', labels: [] },
  execution_ms: { help: 'Own executions', labels: [] },
  seed_wait_ms: { help: 'From order to its seed block', labels: [] },
  settlement_ms: { help: 'From order to settled', labels: [] },
  store_write_ms: { help: 'Store writes', labels: ['sync'] },
};

export const SECONDS_BUCKETS: readonly number[] = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120,
];
/** From the 70 % a certificate needs to all seats. */
export const RATIO_BUCKETS: readonly number[] = [0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1];
