import type { EscrowView } from '@mlb/node/client';
import { formatAmount } from '../../amount.ts';
import { facts } from '../../table.ts';

export const escrowText = (escrow: EscrowView): string =>
  facts([
    ['owner', escrow.owner],
    ['account', escrow.account],
    ['balance', formatAmount(escrow.balanceWei)],
    ['free', formatAmount(escrow.freeWei)],
    ['earned', formatAmount(escrow.earnedWei)],
    ...escrow.transactions.map((transaction) => ['transaction', transaction] as const),
  ]);
