import { toHex } from '@mlb/protocol';
import { privateKeyToAccount } from 'viem/accounts';
import { ControlError } from '../api/control-error.ts';
import { createOperatorActions, type OperatorActions, protocolErrorsAbi } from '../chain/operator-actions.ts';
import { createTxManager } from '../chain/tx-manager.ts';
import type { AccountNames } from '../config/load.ts';
import type { UnlockedAccount } from '../keys/keystore.ts';
import { KeystoreError } from '../keys/keystore-error.ts';
import type { Base } from './base.ts';
import type { Keyring } from './operator.ts';

/** Accounts of the home that sign transactions and orders on request of the API. */
export interface Accounts {
  /** The named account, or the configured one for this use. ACCOUNT_UNKNOWN, ACCOUNT_LOCKED. */
  readonly use: (use: keyof AccountNames, name?: string | undefined) => Promise<UnlockedAccount>;
  /** Its transactions: one lane an account, opened at the first use. */
  readonly actions: (use: keyof AccountNames, name?: string | undefined) => Promise<OperatorActions>;
  readonly close: () => Promise<void>;
}

export const createAccounts = (base: Base, keyring: Keyring): Accounts => {
  const { config, chainClient: client, store, clock } = base;
  const { deployment } = config.network;
  const lanes = new Map<string, { readonly actions: OperatorActions; readonly stop: () => Promise<void> }>();

  const use: Accounts['use'] = async (purpose, name = config.accounts[purpose]) => {
    let account: UnlockedAccount | undefined;
    try {
      account = await keyring.unlock(name);
    } catch (cause) {
      if (!(cause instanceof KeystoreError)) throw cause;
      throw new ControlError('ACCOUNT_LOCKED', cause.message, { cause, next: 'check keys.passwordFile' });
    }
    if (account !== undefined) return account;
    const text = `there is no account ${name} in the keystore of ${config.home.root}`;
    throw new ControlError('ACCOUNT_UNKNOWN', text, { next: `mlb key new ${name}` });
  };

  return {
    use,
    actions: async (purpose, name) => {
      const account = await use(purpose, name);
      const known = lanes.get(account.address);
      if (known !== undefined) return known.actions;
      const tx = createTxManager({
        client,
        chainId: deployment.chainId,
        account: privateKeyToAccount(toHex(account.secretKey)),
        store,
        clock,
        errorsAbi: protocolErrorsAbi,
      });
      tx.start();
      const actions = createOperatorActions({ deployment, client, tx });
      lanes.set(account.address, { actions, stop: tx.stop });
      return actions;
    },
    close: async () => {
      await Promise.all([...lanes.values()].map(({ stop }) => stop()));
    },
  };
};
