import type { Meter } from '../port/meter.ts';

const nothing = (): void => {};

/** Counts nothing. */
export const noopMeter: Meter = { count: nothing, gauge: nothing, observe: nothing };
