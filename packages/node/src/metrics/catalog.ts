import type { CounterName, GaugeName, HistogramName } from '../port/meter.ts';

export interface MetricSpec {
  readonly help: string;
  readonly labels: readonly string[];
}

export interface HistogramSpec extends MetricSpec {
  readonly buckets: readonly number[];
}

/** Label values come from closed sets: states, topics, verdicts, reasons, roles, kinds, statuses, names of queues. */
export const COUNTERS: Readonly<Record<CounterName, MetricSpec>> = {
  mlb_tasks_total: { help: 'Tasks that entered a state', labels: ['state'] },
  mlb_gossip_messages_total: { help: 'Gossip messages judged', labels: ['topic', 'verdict'] },
  mlb_seat_messages_total: { help: 'Committee messages judged', labels: ['kind', 'verdict'] },
  mlb_rejections_total: { help: 'Refused input, by the closed code of the refusal', labels: ['source', 'code'] },
  mlb_executor_kills_total: { help: 'Executor processes ended by force', labels: ['reason'] },
  mlb_executions_total: { help: 'Executions ended', labels: ['outcome'] },
  mlb_guard_refusals_total: { help: 'Signatures the signing guard refused', labels: ['kind'] },
  mlb_evidence_total: { help: 'Equivocation evidence seen', labels: ['kind'] },
  mlb_slashes_total: { help: 'Slashes seen on the L2', labels: ['kind'] },
  mlb_settlement_batches_total: { help: 'Batches, by what became of them', labels: ['status'] },
  mlb_transactions_total: { help: 'L2 transactions sent', labels: ['status'] },
  mlb_tx_bumps_total: { help: 'L2 transactions sent again at a higher fee', labels: [] },
  mlb_chain_rollbacks_total: { help: 'Reorganisations of the L2 undone', labels: [] },
  mlb_dropped_total: { help: 'Work dropped because a bounded queue was full', labels: ['queue'] },
};

export const GAUGES: Readonly<Record<GaugeName, MetricSpec>> = {
  mlb_peers: { help: 'Connected peers', labels: ['direction'] },
  mlb_open_tasks: { help: 'Tasks that are neither settled nor over', labels: [] },
  mlb_queue_length: { help: 'Entries of a bounded queue', labels: ['queue'] },
  mlb_chain_head_block: { help: 'L2 block the indexer has applied', labels: [] },
  mlb_chain_head_lag_blocks: { help: 'L2 blocks the indexer is behind', labels: [] },
  mlb_epoch: { help: 'Last sealed epoch', labels: [] },
  mlb_settlement_lag_seconds: { help: 'Age of the oldest agreed task that is in no batch', labels: [] },
  mlb_disk_free_bytes: { help: 'Free space where the home is', labels: [] },
};

const SECONDS: readonly number[] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

export const HISTOGRAMS: Readonly<Record<HistogramName, HistogramSpec>> = {
  mlb_task_agreement_seconds: { help: 'From order to certificate', labels: [], buckets: SECONDS },
  mlb_task_settlement_seconds: { help: 'From order to settled', labels: [], buckets: SECONDS },
  mlb_seed_wait_seconds: { help: 'From order to the seed block', labels: [], buckets: SECONDS },
  mlb_execution_seconds: { help: 'Own executions', labels: ['profile'], buckets: SECONDS },
  mlb_confidence_ratio: {
    help: 'Weight share of certificates',
    labels: [],
    // From the 70 % a certificate needs to all seats.
    buckets: [0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1],
  },
  mlb_store_write_seconds: { help: 'Store writes', labels: ['sync'], buckets: SECONDS },
};
