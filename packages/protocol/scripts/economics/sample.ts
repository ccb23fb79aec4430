import type { Random } from '../../test/sim/random.ts';
import { quorumOf } from './safety.ts';

export interface SampleInput {
  /** Cumulative sizes of the rounds. */
  readonly sizes: readonly number[];
  /** Share of colluding seats, and of honest seats that are offline. */
  readonly colluding: number;
  readonly offline: number;
  /** Whether every round but the last may be disputed, as the task machine has it, or round 0 alone, as T7 has it. */
  readonly isEveryRoundDisputed: boolean;
}

/** One task drawn seat by seat, colluders always lying: what settles, or undefined when nothing does. */
export const sampleTask = (
  { sizes, colluding, offline, isEveryRoundDisputed }: SampleInput,
  random: Random,
): 'right' | 'wrong' | undefined => {
  let liars = 0;
  let honest = 0;
  for (const [round, size] of sizes.entries()) {
    for (let seat = sizes[round - 1] ?? 0; seat < size; seat += 1) {
      if (random.chance(colluding)) liars += 1;
      else if (!random.chance(offline)) honest += 1;
    }
    const quorum = quorumOf(size);
    const isContested = liars > 0 && honest > 0 && (round === 0 || isEveryRoundDisputed);
    if (isContested && round + 1 < sizes.length) continue;
    if (liars >= quorum) return 'wrong';
    if (honest >= quorum) return 'right';
  }
  return undefined;
};
