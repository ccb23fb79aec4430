import type { StakeView } from '@mlb/node/client';
import { formatAmount } from '../../amount.ts';
import { facts } from '../../table.ts';

export const stakeText = (stake: StakeView): string =>
  facts([
    ['operator', stake.operator],
    ['registered', stake.registered ? 'yes' : 'no'],
    ['active', formatAmount(stake.activeWei)],
    ['unbonding', formatAmount(stake.unbondingWei)],
    ['roles', stake.roles.join(', ') || 'none'],
    ['lots', stake.lots],
    ['reputation', `${stake.reputationBps / 100} %`],
    ['earned', formatAmount(stake.earnedWei)],
    ['wallet', formatAmount(stake.balanceWei)],
    ['tombstoned', stake.tombstoned ? 'yes: this stake was slashed for ever' : undefined],
    ...stake.transactions.map((transaction) => ['transaction', transaction] as const),
  ]);
