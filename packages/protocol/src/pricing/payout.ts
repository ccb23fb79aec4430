import type { Charge } from './charge.ts';

/** Lanes of an account in the Escrow. */
export const LANE_ESCROW: number = 0;
export const LANE_EARNED: number = 1;
/** In a batch's ledger only, with account 0: what adds up to `header.treasuryUnits` and `header.burnUnits`. */
export const LANE_TREASURY: number = 2;
export const LANE_BURN: number = 3;

/** One movement of a task. Kind LANE_ESCROW debits the escrow lane, kind LANE_EARNED credits the earned lane. */
export interface PayoutEntry {
  /** Place in the task: 0 requester, 1 model provider, 2 batcher, 3 and on the paid seats in seat order. */
  readonly slot: number;
  readonly kind: number;
  /** Account of the Escrow. */
  readonly account: number;
  /** More than 0. */
  readonly units: bigint;
}

/** Accounts of all who take part in one task. */
export interface PayoutAccounts {
  readonly requester: number;
  readonly modelProvider: number;
  readonly batcher: number;
  /** Signers of the certificate, in seat order. */
  readonly paidSeats: readonly number[];
}

/** The movements of one task in slot order; nobody who gets nothing is named. Credits + treasury + burn = the debit. */
export const payoutOf = (charge: Charge, accounts: PayoutAccounts): readonly PayoutEntry[] => {
  const earned = (account: number, units: bigint) => ({ kind: LANE_EARNED, account, units });
  return [
    { kind: LANE_ESCROW, account: accounts.requester, units: charge.chargeUnits },
    earned(accounts.modelProvider, charge.modelFeeUnits),
    earned(accounts.batcher, charge.batcherUnits),
    ...accounts.paidSeats.map((account) => earned(account, charge.paidSeatUnits)),
  ]
    .map((entry, slot) => ({ slot, ...entry }))
    .filter(({ units }) => units > 0n);
};

/**
 * Every movement of one task, the treasury's and the burned among them: what the ledger of a batch is made of. Their slots
 * follow those of the paid seats.
 */
export const movementsOfCharge = (charge: Charge, accounts: PayoutAccounts): readonly PayoutEntry[] => {
  const slot = 3 + accounts.paidSeats.length;
  return [
    ...payoutOf(charge, accounts),
    { slot, kind: LANE_TREASURY, account: 0, units: charge.treasuryUnits },
    { slot: slot + 1, kind: LANE_BURN, account: 0, units: charge.burnUnits },
  ].filter(({ units }) => units > 0n);
};
