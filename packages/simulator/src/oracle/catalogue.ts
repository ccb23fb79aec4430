import type { Outcome } from '../run.ts';
import { backed, copyProof, oneValue, signedOnce } from './agreement.ts';
import { dissentCounts, everyTaskEnds, noUncapturedLie, oneResult } from './ending.ts';
import { honestIsSafe, noHonestReject, noHonestSlash } from './evidence.ts';
import type { Oracle, Violation } from './facts.ts';
import { conserved, foldIsChain, inTime } from './money.ts';
import { inBands, noHonestVerdict, rootsAreFolds } from './roots.ts';

/** Everything that must hold in every run. */
const ORACLES: readonly Oracle[] = [
  oneValue,
  backed,
  copyProof,
  honestIsSafe,
  everyTaskEnds,
  signedOnce,
  conserved,
  inTime,
  foldIsChain,
  rootsAreFolds,
  inBands,
  noHonestVerdict,
  oneResult,
  noUncapturedLie,
  dissentCounts,
  noHonestSlash,
  noHonestReject,
];

/** All that is wrong with a run, in the words of the oracles; empty for a good one. */
export const violationsOf = (outcome: Outcome): readonly Violation[] => [
  ...outcome.journal.violations,
  ...ORACLES.flatMap((oracle) => oracle(outcome)),
];
