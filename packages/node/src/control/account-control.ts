import { ControlError } from '../api/control-error.ts';
import type { AccountControl } from '../api/daemon.ts';
import type { AccountView } from '../api/schema/account.ts';
import type { NodeConfig } from '../config/load.ts';
import { type AccountEntry, createAccount, listAccounts } from '../keys/keystore.ts';
import { KeystoreError } from '../keys/keystore-error.ts';
import { readSecretFile } from '../keys/secret-file.ts';

/** The keystore of the home. */
export const createAccountControl = ({ home, keys, accounts }: NodeConfig): AccountControl => {
  const viewOf = ({ name, address }: AccountEntry): AccountView => ({
    name,
    address,
    uses: Object.entries(accounts).flatMap(([use, account]) => (account === name ? [use] : [])),
  });
  return {
    list: async () => (await listAccounts(home.keystoreDirectory)).map(viewOf),
    create: async (name) => {
      const password = await readSecretFile(keys.passwordFile);
      try {
        return viewOf(await createAccount({ directory: home.keystoreDirectory, name, password, cost: keys.cost }));
      } catch (cause) {
        if (!(cause instanceof KeystoreError) || cause.code !== 'ACCOUNT_EXISTS') throw cause;
        throw new ControlError('ACCOUNT_EXISTS', cause.message, { cause, next: 'mlb key ls' });
      }
    },
  };
};
