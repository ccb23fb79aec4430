import type { ModelStanding } from '../../src/index.ts';

/** The rules a market runs under. Those that are off show what each is for. */
export interface Rules {
  readonly redundancy: number;
  readonly hasCommitments: boolean;
  /** Whether errors inside the budget cost no stake. */
  readonly hasErrorBudget: boolean;
  readonly standing: ModelStanding;
  /** Whether a fault that only a young model excuses counts eightfold in the reputation. */
  readonly isYoungFaultHeavy: boolean;
  /** Whether a locked seat that never reveals opens the next round although the others have a certificate. */
  readonly isWithholdingDisputed: boolean;
  /** Whether a locked seat that revealed another value does, although it does not dissent itself. */
  readonly isMinorityDisputed: boolean;
  /** Whether a seat answers in later rounds for what it locked or revealed in earlier ones. */
  readonly areEarlierRoundsJudged: boolean;
  /** Whether whoever disputes a certificate that then stands is found wrong: no rule of the protocol yet. */
  readonly isFalseDissentJudged: boolean;
  /** Whether one dissenter alone passes for a divergence of platforms, or two must dissent. */
  readonly isLoneDissentExcused: boolean;
  /** Share of certified tasks audited; a quarter where a seat was silent, unless it is 0. */
  readonly auditRate: number;
  /** Whether declines beyond a tenth of the duties count as misses. */
  readonly hasDeclineBudget: boolean;
}

export const DEFAULT_RULES: Rules = {
  redundancy: 4,
  hasCommitments: true,
  hasErrorBudget: true,
  standing: 'proven',
  isYoungFaultHeavy: true,
  isWithholdingDisputed: true,
  isMinorityDisputed: true,
  areEarlierRoundsJudged: true,
  isFalseDissentJudged: false,
  isLoneDissentExcused: false,
  auditRate: 0.05,
  hasDeclineBudget: true,
};
