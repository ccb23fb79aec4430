import { cartel } from './cartel.ts';
import { censor } from './censor.ts';
import { colluder } from './colluder.ts';
import type { Strategy } from './conduct.ts';
import { equivocator } from './equivocator.ts';
import { freeRider } from './free-rider.ts';
import { griefingDissenter } from './griefing-dissenter.ts';
import { lateCopier } from './late-copier.ts';
import { liar } from './liar.ts';
import { replayer } from './replayer.ts';
import { selectiveRevealer } from './selective-revealer.ts';
import { silent } from './silent.ts';
import { slow } from './slow.ts';
import { subtleLiar } from './subtle-liar.ts';
import { withholder } from './withholder.ts';

/** What an operator can be instead of honest. */
export type StrategyName =
  | 'silent'
  | 'slow'
  | 'liar'
  | 'subtle-liar'
  | 'equivocator'
  | 'late-copier'
  | 'selective-revealer'
  | 'withholder'
  | 'free-rider'
  | 'griefing-dissenter'
  | 'colluder'
  | 'cartel'
  | 'censor'
  | 'replayer';

const STRATEGIES: Readonly<Record<StrategyName, Strategy>> = {
  silent,
  slow,
  liar,
  'subtle-liar': subtleLiar,
  equivocator,
  'late-copier': lateCopier,
  'selective-revealer': selectiveRevealer,
  withholder,
  'free-rider': freeRider,
  'griefing-dissenter': griefingDissenter,
  colluder,
  cartel,
  censor,
  replayer,
};

export const OPERATOR_STRATEGIES: readonly StrategyName[] = Object.keys(STRATEGIES) as StrategyName[];

export const strategyNamed = (name: StrategyName): Strategy => STRATEGIES[name];

export const isStrategyName = (name: string): name is StrategyName => Object.hasOwn(STRATEGIES, name);
