import { ProtocolError } from '../errors.ts';
import { BPS } from '../params.ts';

export const SECONDS_PER_YEAR: bigint = 31_536_000n;
/** Uncapped emission pays whoever trades with himself (T33): never more than so many times the fees settled. */
export const EMISSION_FEE_FACTOR: bigint = 2n;

/** Shares of an epoch's emission in bps. */
export const EXECUTOR_EMISSION_BPS: bigint = 7000n;
export const ATTESTER_EMISSION_BPS: bigint = 1500n;
export const MODEL_EMISSION_BPS: bigint = 1000n;
export const EARLY_EMISSION_BPS: bigint = 500n;

/** Inflation in year `year` (from 0) in bps of the supply at its start: 3 % falling to 0.5 % from year 10. */
export const inflationBps = (year: bigint): bigint => {
  const bps = 300n - 25n * year;
  return bps > 50n ? bps : 50n;
};

/** What may have been minted `elapsedSec` into a year, linear within it. Differences of it add up to the year exactly. */
export const accruedInflationWei = ({
  supplyAtYearStartWei,
  year,
  elapsedSec,
}: {
  readonly supplyAtYearStartWei: bigint;
  readonly year: bigint;
  readonly elapsedSec: bigint;
}): bigint => {
  const elapsed = elapsedSec > SECONDS_PER_YEAR ? SECONDS_PER_YEAR : elapsedSec;
  return (supplyAtYearStartWei * inflationBps(year) * elapsed) / (BPS * SECONDS_PER_YEAR);
};

/** One who earns emission by what it did. `weight` is any measure of the pool, such as settled units times reputation. */
export interface EmissionClaim {
  /** Escrow account. */
  readonly account: number;
  readonly weight: bigint;
}

export interface EmissionInput {
  /** What the schedule allows in this epoch. */
  readonly scheduledWei: bigint;
  /**
   * Compensation of the tasks settled in this epoch, without model fees: those a model provider may order and pay to
   * itself for nothing, and so lift the cap as far as it likes (docs/economics.md).
   */
  readonly feesWei: bigint;
  /** Settled compute units times reputation. */
  readonly executors: readonly EmissionClaim[];
  /** Attestations. */
  readonly attesters: readonly EmissionClaim[];
  /** Compensation settled on their models, for the same reason. */
  readonly modelProviders: readonly EmissionClaim[];
  readonly earlyOperators: readonly EmissionClaim[];
}

export interface EmissionCredit {
  readonly account: number;
  readonly wei: bigint;
}

/** `emissionWei` is exactly the sum of the credits and of what nobody gets. */
export interface Emission {
  readonly emissionWei: bigint;
  /** One for each account that gets something, ascending. */
  readonly credits: readonly EmissionCredit[];
  /** Rounding, and pools without a claim: stays in the vault. */
  readonly unclaimedWei: bigint;
}

/** An epoch's emission: the schedule, capped by twice the fees. */
export const emissionWeiOf = ({ scheduledWei, feesWei }: Pick<EmissionInput, 'scheduledWei' | 'feesWei'>): bigint => {
  const cap = EMISSION_FEE_FACTOR * feesWei;
  return scheduledWei < cap ? scheduledWei : cap;
};

/** 70 % executors, 15 % attesters, 10 % model providers, 5 % early operators, each rounded down as the RewardsVault does. */
export const emissionPoolsOf = (
  emissionWei: bigint,
): Readonly<Record<'executors' | 'attesters' | 'modelProviders' | 'earlyOperators', bigint>> => {
  const share = (bps: bigint): bigint => (emissionWei * bps) / BPS;
  return {
    executors: share(EXECUTOR_EMISSION_BPS),
    attesters: share(ATTESTER_EMISSION_BPS),
    modelProviders: share(MODEL_EMISSION_BPS),
    earlyOperators: share(EARLY_EMISSION_BPS),
  };
};

const sharesOf = (poolWei: bigint, claims: readonly EmissionClaim[]): readonly EmissionCredit[] => {
  const total = claims.reduce((sum, { weight }) => sum + weight, 0n);
  if (total === 0n) return [];
  return claims.map(({ account, weight }) => ({ account, wei: (poolWei * weight) / total }));
};

const byAccount = (shares: readonly EmissionCredit[]): readonly EmissionCredit[] => {
  const sums = new Map<number, bigint>();
  for (const { account, wei } of shares) sums.set(account, (sums.get(account) ?? 0n) + wei);
  return [...sums]
    .map(([account, wei]) => ({ account, wei }))
    .filter(({ wei }) => wei > 0n)
    .toSorted((a, b) => a.account - b.account);
};

/** Who gets what of one epoch's emission, rounded down. Throws BAD_PARAMETER on a negative amount or weight. */
export const emissionOf = (input: EmissionInput): Emission => {
  const { executors, attesters, modelProviders, earlyOperators } = input;
  const claims = [...executors, ...attesters, ...modelProviders, ...earlyOperators];
  if (input.scheduledWei < 0n || input.feesWei < 0n || claims.some(({ weight }) => weight < 0n)) {
    throw new ProtocolError(
      'BAD_PARAMETER',
      'emission of a negative amount: schedule, fees and weights are at least 0',
    );
  }
  const emissionWei = emissionWeiOf(input);
  const pools = emissionPoolsOf(emissionWei);
  const credits = byAccount([
    ...sharesOf(pools.executors, executors),
    ...sharesOf(pools.attesters, attesters),
    ...sharesOf(pools.modelProviders, modelProviders),
    ...sharesOf(pools.earlyOperators, earlyOperators),
  ]);
  const paidWei = credits.reduce((sum, { wei }) => sum + wei, 0n);
  return { emissionWei, credits, unclaimedWei: emissionWei - paidWei };
};
