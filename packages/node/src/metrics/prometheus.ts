import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Meter } from '../port/meter.ts';
import { COUNTERS, GAUGES, HISTOGRAMS, type MetricSpec, RATIO_BUCKETS, SECONDS_BUCKETS } from './catalog.ts';

export interface PrometheusMeter {
  readonly meter: Meter;
  /** Prometheus text of everything. */
  readonly exposition: () => Promise<{ readonly contentType: string; readonly body: string }>;
}

const registered = <Metric>(
  specs: Readonly<Record<string, MetricSpec>>,
  create: (name: string, help: string, labelNames: string[]) => Metric,
): ReadonlyMap<string, Metric> =>
  new Map(Object.entries(specs).map(([name, { help, labels }]) => [name, create(name, help, [...labels])]));

const exposeVersion = (registers: Registry[], version: string): void => {
  const gauge = new Gauge({ name: 'mlb_build_info', help: 'Version', labelNames: ['version'], registers });
  gauge.set({ version }, 1);
};

/** Counts into a registry of its own; event loop lag, RSS, CPU, heap and GC come from prom-client's default metrics. */
export const createPrometheusMeter = ({ version }: { readonly version: string }): PrometheusMeter => {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  exposeVersion(registers, version);
  const counters = registered(COUNTERS, (name, help, labelNames) => new Counter({ name, help, labelNames, registers }));
  const gauges = registered(GAUGES, (name, help, labelNames) => new Gauge({ name, help, labelNames, registers }));
  const histograms = registered(HISTOGRAMS, (name, help, labelNames) => {
    const buckets = [...(name.endsWith('_ratio') ? RATIO_BUCKETS : SECONDS_BUCKETS)];
    return new Histogram({ name, help, labelNames, buckets, registers });
  });
  return {
    meter: {
      count: (name, labels, by = 1) => counters.get(name)?.inc(labels, by),
      gauge: (name, value, labels) => gauges.get(name)?.set(labels, value),
      observe: (name, value, labels) => histograms.get(name)?.observe(labels, value),
    },
    exposition: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  };
};
