import { randomBytes, scrypt } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Address, fromHex, nobleSecp256k1, toHex } from '@mlb/protocol';
import * as Keystore from 'ox/Keystore';
import { z } from 'zod';
import { KeystoreError } from './keystore-error.ts';
import { createSecretFile, readSecretFile, SecretFileError } from './secret-file.ts';

/** Cost of scrypt. `standard` is geth's default (0.7 s, 256 MiB), `light` its light one (30 ms): devnets only. */
export type KeystoreCost = 'standard' | 'light';

interface ScryptParams {
  readonly n: number;
  readonly r: number;
  readonly p: number;
}

const COSTS: Readonly<Record<KeystoreCost, ScryptParams>> = {
  standard: { n: 262_144, r: 8, p: 1 },
  light: { n: 4096, r: 8, p: 6 },
};

/** Above geth's own maximum: a keystore file must not make us allocate gigabytes. */
const MAX_SCRYPT_BYTES = 512 * 1024 * 1024;

/** Names an account's file, so nothing but these characters. */
const ACCOUNT_NAME = /^[a-z0-9][a-z0-9_-]{0,31}$/;

const HexText = z.string().regex(/^([0-9a-f]{2})*$/i);

/** Web3 Secret Storage v3 with scrypt, as geth and cast write it. */
type KeystoreFile = z.infer<typeof KeystoreFile>;
const KeystoreFile = z.object({
  version: z.literal(3),
  id: z.string(),
  address: HexText.length(40),
  crypto: z.object({
    cipher: z.literal('aes-128-ctr'),
    ciphertext: HexText.length(64),
    cipherparams: z.object({ iv: HexText.length(32) }),
    kdf: z.literal('scrypt'),
    kdfparams: z.object({
      dklen: z.literal(32),
      n: z.number().int().positive(),
      p: z.number().int().positive(),
      r: z.number().int().positive(),
      salt: HexText,
    }),
    mac: HexText.length(64),
  }),
});

export interface AccountEntry {
  readonly name: string;
  readonly address: Address;
}

export interface UnlockedAccount extends AccountEntry {
  /** 32 bytes. Lives in memory only. */
  readonly secretKey: Uint8Array;
}

/** Natively and off the event loop: ox's own derivation is pure JavaScript (3.6 s) and ignores r and p. */
const deriveKey = (password: string, salt: Uint8Array, { n, r, p }: ScryptParams): Promise<`0x${string}`> => {
  const derived = Promise.withResolvers<`0x${string}`>();
  scrypt(password, salt, 32, { N: n, r, p, maxmem: MAX_SCRYPT_BYTES }, (error, key) => {
    if (error === null) derived.resolve(toHex(key));
    else derived.reject(error);
  });
  return derived.promise;
};

/** OpenSSL holds to RFC 7914 (N < 2^(16 r)); ox's default (r = 1, p = 8) does not, and old geth vectors neither. */
const keyOf = async (keystore: KeystoreFile, password: string): Promise<Keystore.Key> => {
  const { n, r, p, salt } = keystore.crypto.kdfparams;
  if (r === 1 && p === 8 && n * 128 <= MAX_SCRYPT_BYTES) return Keystore.toKeyAsync(keystore, { password });
  return deriveKey(password, Buffer.from(salt, 'hex'), { n, r, p });
};

const fileOf = (directory: string, name: string): string => {
  if (!ACCOUNT_NAME.test(name)) {
    const message = `"${name}" is no account name: 1 to 32 of a-z 0-9 _ -, the first no dash or underscore`;
    throw new KeystoreError('BAD_ACCOUNT_NAME', message);
  }
  return join(directory, `${name}.json`);
};

const encrypt = async (secretKey: Uint8Array, password: string, cost: KeystoreCost): Promise<Keystore.Keystore> => {
  const salt = randomBytes(32);
  const { n, r, p } = COSTS[cost];
  const key = await deriveKey(password, salt, { n, r, p });
  const kdfparams = { dklen: 32, n, p, r, salt: salt.toString('hex') };
  return Keystore.encrypt(secretKey, key, { kdf: 'scrypt', kdfparams, iv: randomBytes(16) });
};

/**
 * Writes a new account's keystore file with mode 0600: a random key, or the given one. Throws KeystoreError ACCOUNT_EXISTS
 * or BAD_ACCOUNT_NAME.
 */
export const createAccount = async (options: {
  readonly directory: string;
  readonly name: string;
  readonly password: string;
  readonly cost: KeystoreCost;
  readonly secretKey?: Uint8Array;
}): Promise<AccountEntry> => {
  const path = fileOf(options.directory, options.name);
  const secretKey = options.secretKey ?? randomBytes(32);
  const address = nobleSecp256k1.addressOf(secretKey);
  const keystore = { address: address.slice(2), ...(await encrypt(secretKey, options.password, options.cost)) };
  try {
    await createSecretFile(path, `${JSON.stringify(keystore, undefined, 2)}\n`);
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw cause;
    const message = `there is an account "${options.name}" already: ${path}; choose another name`;
    throw new KeystoreError('ACCOUNT_EXISTS', message, { cause });
  }
  return { name: options.name, address };
};

const readKeystore = async (directory: string, name: string): Promise<KeystoreFile> => {
  const path = fileOf(directory, name);
  let text: string;
  try {
    text = await readSecretFile(path);
  } catch (cause) {
    if (!(cause instanceof SecretFileError && cause.code === 'SECRET_FILE_MISSING')) throw cause;
    const message = `there is no account "${name}" in ${directory}; make one with \`mlb key new ${name}\``;
    throw new KeystoreError('ACCOUNT_UNKNOWN', message, { cause });
  }
  try {
    return KeystoreFile.parse(JSON.parse(text));
  } catch (cause) {
    throw new KeystoreError('BAD_KEYSTORE', `${path} is no scrypt keystore of version 3; restore it from a backup`, {
      cause,
    });
  }
};

/** The account's address, without its password. Throws KeystoreError. */
export const readAccount = async (directory: string, name: string): Promise<AccountEntry> => ({
  name,
  address: Address(`0x${(await readKeystore(directory, name)).address}`),
});

/** Accounts of the keystore by name. A missing directory has none. */
export const listAccounts = async (directory: string): Promise<readonly AccountEntry[]> => {
  const files = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const names = files.filter((file) => file.endsWith('.json')).map((file) => file.slice(0, -'.json'.length));
  return Promise.all(names.toSorted().map((name) => readAccount(directory, name)));
};

/** Throws KeystoreError (ACCOUNT_UNKNOWN, WRONG_PASSWORD, BAD_KEYSTORE) or SecretFileError. */
export const unlockAccount = async (directory: string, name: string, password: string): Promise<UnlockedAccount> => {
  const keystore = await readKeystore(directory, name);
  const key = await keyOf(keystore, password).catch((cause: unknown) => {
    throw new KeystoreError('BAD_KEYSTORE', `the keystore of "${name}" asks for an impossible scrypt`, { cause });
  });
  let secretKey: Uint8Array;
  try {
    secretKey = fromHex(Keystore.decrypt(keystore, key));
  } catch (cause) {
    const message = `the password does not open the account "${name}"; check the password file`;
    throw new KeystoreError('WRONG_PASSWORD', message, { cause });
  }
  const address = nobleSecp256k1.addressOf(secretKey);
  if (address !== `0x${keystore.address.toLowerCase()}`)
    throw new KeystoreError('BAD_KEYSTORE', `the keystore of "${name}" names another address than its key has`);
  return { name, address, secretKey };
};
