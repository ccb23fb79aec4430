import { nobleSecp256k1 } from '@mlb/protocol';
import type { PlanOptions, RunOptions } from '@mlb/simulator';

/** One run of a campaign. */
export interface SeedJob {
  readonly seed: number;
  readonly options: PlanOptions;
  readonly isRealCrypto: boolean;
}

export const cryptoOf = (isRealCrypto: boolean): RunOptions => (isRealCrypto ? { secp256k1: nobleSecp256k1 } : {});
