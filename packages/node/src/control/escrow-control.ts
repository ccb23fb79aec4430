import { UNIT_WEI } from '@mlb/protocol';
import { ControlError } from '../api/control-error.ts';
import type { EscrowControl } from '../api/daemon.ts';
import type { EscrowView } from '../api/schema/money.ts';
import type { OperatorActions } from '../chain/operator-actions.ts';
import type { Accounts } from '../compose/accounts.ts';
import type { Base } from '../compose/base.ts';
import type { EngineDeps } from '../engine/deps.ts';
import type { Engine } from '../engine/engine.ts';
import { actionKey, asControlError, requireBalance } from './chain-action.ts';

export interface EscrowParts {
  readonly base: Pick<Base, 'indexer'>;
  readonly deps: EngineDeps;
  readonly engine: Engine;
  readonly accounts: Accounts;
}

/** The requester's money: what orders are paid from. */
export const createEscrowControl = ({ base, deps, engine, accounts }: EscrowParts): EscrowControl => {
  const { view } = deps;
  const viewOf = ({ address }: OperatorActions, transactions: readonly string[]): EscrowView => {
    const account = view.accountOf(address);
    const balanceUnits = account === undefined ? 0n : view.escrowUnits(account);
    const freeWei = view.freeEscrowUnits(address) * UNIT_WEI - engine.reservedWei(address);
    return {
      schema: 'mlb.escrow/1',
      owner: address,
      account,
      balanceWei: String(balanceUnits * UNIT_WEI),
      freeWei: String(freeWei < 0n ? 0n : freeWei),
      earnedWei: String(view.earnedUnits(address) * UNIT_WEI),
      transactions,
    };
  };
  return {
    deposit: async ({ amountWei, account }) => {
      const amount = BigInt(amountWei);
      if (amount === 0n || amount % UNIT_WEI !== 0n) {
        throw new ControlError('BAD_REQUEST', `${amountWei} wei: escrow counts in whole units of ${UNIT_WEI} wei`);
      }
      const actions = await accounts.actions('requester', account);
      await requireBalance(actions, amount);
      try {
        const mined = await actions.deposit(amount / UNIT_WEI, actionKey('deposit', deps));
        await base.indexer.refresh();
        return viewOf(actions, [mined.hash]);
      } catch (error) {
        throw asControlError(error);
      }
    },
    status: async (account) => viewOf(await accounts.actions('requester', account), []),
  };
};
