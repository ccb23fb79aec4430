import { listAccounts, type UnlockedAccount, unlockAccount } from '../keys/keystore.ts';
import { readSecretFile } from '../keys/secret-file.ts';
import type { Signer } from '../port/signer.ts';
import { openHomeGuard } from '../signing/home-guard.ts';
import { createSigner } from '../signing/signer.ts';
import { type Base, highWaterFile } from './base.ts';

/** Accounts of a home, unlocked once each with the home's password file. */
export interface Keyring {
  /** Undefined: there is no such account. Throws KeystoreError for a wrong password. */
  readonly unlock: (name: string) => Promise<UnlockedAccount | undefined>;
}

export const createKeyring = ({ home, keys }: Base['config']): Keyring => {
  const unlocked = new Map<string, Promise<UnlockedAccount | undefined>>();
  const open = async (name: string): Promise<UnlockedAccount | undefined> => {
    const accounts = await listAccounts(home.keystoreDirectory);
    if (!accounts.some((account) => account.name === name)) return undefined;
    return unlockAccount(home.keystoreDirectory, name, await readSecretFile(keys.passwordFile));
  };
  return {
    unlock: (name) => {
      const known = unlocked.get(name);
      if (known !== undefined) return known;
      const opening = open(name);
      unlocked.set(name, opening);
      // A wrong password may be mended while the daemon runs, and a new account appear.
      opening.then((account) => account ?? unlocked.delete(name)).catch(() => unlocked.delete(name));
      return opening;
    },
  };
};

/** The session key under its guard, or undefined in a home that holds none: such a daemon only requests and follows. */
export const openSigner = async (base: Base, keyring: Keyring): Promise<Signer | undefined> => {
  const { config, store, clock, closers, domain, secp256k1 } = base;
  const session = await keyring.unlock(config.accounts.session);
  if (session === undefined) return undefined;
  const guard = await openHomeGuard({ store, highWaterPath: highWaterFile(config), clock });
  closers.add('signing guard', guard.close);
  return createSigner({ secp256k1, secretKey: session.secretKey, domain, guard });
};

/** The session key of a home, past its guard: for whoever composes a dishonest operator, and for nobody else. */
export const unlockSession = async (config: Base['config']): Promise<UnlockedAccount> => {
  const session = await createKeyring(config).unlock(config.accounts.session);
  if (session === undefined) throw new Error(`${config.home.root} has no account ${config.accounts.session}`);
  return session;
};
