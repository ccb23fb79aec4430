import type { Meter } from '../../src/port/meter.ts';

/** A meter whose counts can be read. */
export interface CountingMeter extends Meter {
  /** Sum of a counter over all label values, or of those that have these. */
  readonly total: (name: string, labels?: Readonly<Record<string, string>>) => number;
}

interface Counted {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly by: number;
}

export const createCountingMeter = (): CountingMeter => {
  const counted: Counted[] = [];
  return {
    count: (name, labels, by = 1) => void counted.push({ name, labels, by }),
    gauge: () => {},
    observe: () => {},
    total: (name, labels = {}) =>
      counted
        .filter((entry) => entry.name === name)
        .filter((entry) => Object.entries(labels).every(([label, value]) => entry.labels[label] === value))
        .reduce((sum, { by }) => sum + by, 0),
  };
};
