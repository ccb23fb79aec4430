import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { CounterName, GaugeName, HistogramName, Meter } from '../port/meter.ts';
import { COUNTERS, GAUGES, HISTOGRAMS, type HistogramSpec, type MetricSpec } from './catalog.ts';

export interface PrometheusMeter {
  readonly meter: Meter;
  /** Prometheus text of everything. */
  readonly exposition: () => Promise<{ readonly contentType: string; readonly body: string }>;
}

const entries = <Name extends string, Spec extends MetricSpec>(
  specs: Readonly<Record<Name, Spec>>,
): readonly (readonly [Name, Spec])[] => Object.entries(specs) as [Name, Spec][];

const buildInfo = (registry: Registry, version: string): void => {
  const gauge = new Gauge({ name: 'mlb_build_info', help: 'Version', labelNames: ['version'], registers: [registry] });
  gauge.set({ version }, 1);
};

/** Counts into a registry of its own; event loop lag, RSS, CPU, heap and GC come from prom-client's default metrics. */
export const createPrometheusMeter = ({ version }: { readonly version: string }): PrometheusMeter => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  buildInfo(registry, version);
  const common = (name: string, { help, labels }: MetricSpec) => ({
    name,
    help,
    labelNames: [...labels],
    registers: [registry],
  });
  const counters = new Map<CounterName, Counter>(
    entries(COUNTERS).map(([name, spec]) => [name, new Counter(common(name, spec))]),
  );
  const gauges = new Map<GaugeName, Gauge>(
    entries(GAUGES).map(([name, spec]) => [name, new Gauge(common(name, spec))]),
  );
  const histograms = new Map<HistogramName, Histogram>(
    entries<HistogramName, HistogramSpec>(HISTOGRAMS).map(([name, spec]) => [
      name,
      new Histogram({ ...common(name, spec), buckets: [...spec.buckets] }),
    ]),
  );
  return {
    meter: {
      count: (name, labels = {}, by = 1) => counters.get(name)?.inc(labels, by),
      gauge: (name, value, labels = {}) => gauges.get(name)?.set(labels, value),
      observe: (name, value, labels = {}) => histograms.get(name)?.observe(labels, value),
    },
    exposition: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  };
};
