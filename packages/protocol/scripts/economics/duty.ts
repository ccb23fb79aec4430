import type { Random } from '../../test/sim/random.ts';
import type { Operator } from './network.ts';
import { EXECUTION_COST } from './seat-fee.ts';

/** The right value. The coalition's lie is one value that it shares; every other number is a wrong one that nobody shares. */
export const RIGHT = 0;
export const LIE = -1;

/** What a seat ends up showing: a value, `undefined` for silence, or a commit that it never opens. */
export type Shown = number | 'withheld' | undefined;

export interface Duty {
  readonly shown: Shown;
  /** In seat fees. */
  readonly cost: number;
}

export interface DutyRules {
  /** Without commit and reveal a copier sees the others' values first. */
  readonly hasCommitments: boolean;
}

const MISS_RATE = 0.005;
const ERROR_RATE = 0.0001;

/** Honest work; the index of the operator is its own wrong value. */
const work = ({ index, profile }: Operator, random: Random): Duty => ({
  shown: random.chance(profile.errorRate ?? ERROR_RATE) ? index + 1 : RIGHT,
  cost: EXECUTION_COST,
});

/** One duty of one operator by its strategy. What a coalition shows instead is up to `runTask`, which knows its seats. */
export const performDuty = (operator: Operator, random: Random, { hasCommitments }: DutyRules): Duty => {
  const { strategy, missRate = MISS_RATE } = operator.profile;
  if (random.chance(missRate)) return { shown: undefined, cost: 0 };
  switch (strategy.type) {
    case 'work':
    case 'dissent':
    case 'decline':
      return work(operator, random);
    case 'copy':
      return hasCommitments ? work(operator, random) : { shown: RIGHT, cost: 0 };
    case 'late':
      // Its commit comes after the reveals it waits for: no lock holds it (I3).
      return { shown: hasCommitments ? undefined : RIGHT, cost: 0 };
    case 'share':
    case 'collude':
      return { shown: RIGHT, cost: 0 };
    case 'grief':
      return { shown: operator.index + 1, cost: EXECUTION_COST };
    case 'guess':
    case 'withhold': {
      if (!random.chance(strategy.share)) return work(operator, random);
      if (random.chance(strategy.luck)) return { shown: RIGHT, cost: 0 };
      return { shown: strategy.type === 'guess' ? operator.index + 1 : 'withheld', cost: 0 };
    }
  }
};

/** What the seat of an earlier round shows when it must commit again, having seen what was revealed. */
export const showAgain = ({ profile: { strategy } }: Operator, shown: Shown): Shown => {
  if (shown === 'withheld') return undefined;
  const isWrong = shown !== undefined && shown !== RIGHT;
  if (!isWrong || !('later' in strategy) || strategy.later === 'persist') return shown;
  return strategy.later === 'flip' ? RIGHT : undefined;
};
