import type { RunProfile } from './shape/infer.ts';

/** A unit is about a million multiply-accumulates on floats; the other weights were fitted to measured run times. */
const UNITS_PER_INTEGER_MMAC = 2;
const UNITS_PER_MEGA_ELEMENT = 3;
/** Handing a node to its kernel costs 25 000 multiply-accumulates. */
const UNITS_PER_KILO_NODE = 40;

/** Price of one run in whole compute units, at least 1. */
export const computeUnitsOf = ({ work, nodeCount }: RunProfile): number => {
  const units =
    work.macs / 1e6 +
    (UNITS_PER_INTEGER_MMAC * work.integerMacs) / 1e6 +
    (UNITS_PER_MEGA_ELEMENT * work.elements) / 1e6 +
    (UNITS_PER_KILO_NODE * nodeCount) / 1e3;
  return Math.max(1, Math.ceil(units));
};
