import { z } from 'zod';
import { AccountName, Wei } from './primitive.ts';

export type StakeRole = 'model' | 'compute' | 'verifier';

export const STAKE_ROLES: readonly StakeRole[] = ['model', 'compute', 'verifier'];

export interface StakeView {
  readonly schema: 'mlb.stake/1';
  readonly operator: string;
  readonly registered: boolean;
  readonly activeWei: string;
  readonly unbondingWei: string;
  /** Tokens in the operator's wallet. */
  readonly balanceWei: string;
  /** Paid out by settlement, not withdrawn yet. */
  readonly earnedWei: string;
  readonly roles: readonly StakeRole[];
  readonly reputationBps: number;
  readonly tombstoned: boolean;
  /** Lots in the current epoch's draw. */
  readonly lots: number;
  readonly transactions: readonly string[];
}

export interface EscrowView {
  readonly schema: 'mlb.escrow/1';
  readonly owner: string;
  readonly account?: number | undefined;
  readonly balanceWei: string;
  /** Balance less pending withdrawals and open orders. */
  readonly freeWei: string;
  readonly earnedWei: string;
  readonly transactions: readonly string[];
}

export const StakeViewSchema: z.ZodType<StakeView> = z.object({
  schema: z.literal('mlb.stake/1'),
  operator: z.string(),
  registered: z.boolean(),
  activeWei: Wei,
  unbondingWei: Wei,
  balanceWei: Wei,
  earnedWei: Wei,
  roles: z.array(z.enum(STAKE_ROLES)),
  reputationBps: z.number().int(),
  tombstoned: z.boolean(),
  lots: z.number().int(),
  transactions: z.array(z.string()),
});

export const EscrowViewSchema: z.ZodType<EscrowView> = z.object({
  schema: z.literal('mlb.escrow/1'),
  owner: z.string(),
  account: z.number().int().optional(),
  balanceWei: Wei,
  freeWei: Wei,
  earnedWei: Wei,
  transactions: z.array(z.string()),
});

export interface StakeDepositBody {
  readonly amountWei: string;
  readonly roles: readonly StakeRole[];
  readonly account?: string | undefined;
}

export const StakeDepositBodySchema: z.ZodType<StakeDepositBody> = z.strictObject({
  amountWei: Wei,
  roles: z.array(z.enum(STAKE_ROLES)).min(1).max(3),
  account: AccountName.optional(),
});

export interface EscrowDepositBody {
  readonly amountWei: string;
  readonly account?: string | undefined;
}

export const EscrowDepositBodySchema: z.ZodType<EscrowDepositBody> = z.strictObject({
  amountWei: Wei,
  account: AccountName.optional(),
});

export const AccountQuerySchema: z.ZodType<{ readonly account?: string | undefined }> = z.strictObject({
  account: AccountName.optional(),
});
