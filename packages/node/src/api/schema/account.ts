import { z } from 'zod';
import { AccountName } from './primitive.ts';

/** One key of the keystore. Never the secret. */
export interface AccountView {
  readonly name: string;
  readonly address: string;
  /** What the configuration uses it for: operator, session, requester, provider, settler. */
  readonly uses: readonly string[];
}

export interface AccountList {
  readonly schema: 'mlb.keys/1';
  readonly keys: readonly AccountView[];
}

export const AccountViewSchema: z.ZodType<AccountView> = z.object({
  name: z.string(),
  address: z.string(),
  uses: z.array(z.string()),
});

export const AccountListSchema: z.ZodType<AccountList> = z.object({
  schema: z.literal('mlb.keys/1'),
  keys: z.array(AccountViewSchema),
});

export const AccountNewBodySchema: z.ZodType<{ readonly name: string }> = z.strictObject({ name: AccountName });
