import { mkdir, writeFile } from 'node:fs/promises';
import { stringify } from 'smol-toml';
import { type AccountEntry, createAccount } from '../keys/keystore.ts';
import { createPeerKey } from '../keys/peer-key.ts';
import { createSecretFile, loadOrCreateSecret } from '../keys/secret-file.ts';
import { ConfigError } from './config-error.ts';
import { type HomePaths, homePaths } from './home.ts';
import type { NetworkDescription } from './network.ts';
import { SETTING_KEYS, SETTINGS, type SettingKey, type Settings } from './settings.ts';

/** server: the defaults; lowpower: one strict execution at a time; devnet: loopback, any free port, light keystores. */
export type InitProfile = 'server' | 'lowpower' | 'devnet';

export interface InitOptions {
  readonly home: string;
  readonly network: NetworkDescription;
  readonly profile: InitProfile;
  /** Written into config.toml, above the profile. */
  readonly settings?: Partial<Settings>;
  /** Accounts to make; a random key each unless given. Default: operator and session. */
  readonly accounts?: readonly { readonly name: string; readonly secretKey?: Uint8Array }[];
  /** Password of the keystore; 32 random bytes when undefined. */
  readonly password?: string | undefined;
}

export interface InitializedHome {
  readonly home: HomePaths;
  readonly accounts: readonly AccountEntry[];
  /** Ed25519 public key of the peer, 32 bytes as hex. */
  readonly peerKey: string;
  readonly token: string;
}

const PROFILES: Readonly<Record<InitProfile, Partial<Settings>>> = {
  server: {},
  lowpower: { 'executor.profile': 'strict', 'executor.concurrency': 1 },
  devnet: { 'p2p.listen': ['/ip4/127.0.0.1/tcp/0'], 'api.port': 0, 'keys.cost': 'light' },
};

const commented = (key: SettingKey): string => {
  const { about, fallback } = SETTINGS[key];
  const [, name = key] = key.split('.');
  return `# ${about}\n# ${stringify({ [name]: fallback }).trim()}`;
};

const assigned = (key: SettingKey, value: unknown): string => {
  const [, name = key] = key.split('.');
  return `# ${SETTINGS[key].about}\n${stringify({ [name]: value }).trim()}`;
};

/** A config.toml with every setting: those chosen, and the others as comments with their default. */
export const configText = (chosen: Partial<Settings>): string => {
  const sections = Map.groupBy(SETTING_KEYS, (key) => key.split('.')[0] ?? '');
  const bodies = [...sections].map(([section, keys]) => {
    const lines = keys.map((key) => (chosen[key] === undefined ? commented(key) : assigned(key, chosen[key])));
    return `[${section}]\n${lines.join('\n')}\n`;
  });
  return `# ML Bridge. Order: flag, MLB_* variable, this file, network.json, default.\n\n${bodies.join('\n')}`;
};

const claimHome = async (home: HomePaths, text: string): Promise<void> => {
  await mkdir(home.root, { recursive: true, mode: 0o700 });
  try {
    await writeFile(home.configFile, text, { flag: 'wx', mode: 0o600 });
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw cause;
    throw new ConfigError(
      'HOME_EXISTS',
      `${home.root} is a home already`,
      `start it with \`mlb node start --home ${home.root}\`, or choose another with --home`,
      { cause },
    );
  }
};

/** Makes a home: configuration, network description, peer key, token, password, accounts. Throws ConfigError HOME_EXISTS. */
export const initHome = async (options: InitOptions): Promise<InitializedHome> => {
  const home = homePaths(options.home);
  const settings: Partial<Settings> = { ...PROFILES[options.profile], ...options.settings };
  await claimHome(home, configText(settings));
  await writeFile(home.networkFile, `${JSON.stringify(options.network, undefined, 2)}\n`);
  const { publicKey } = await createPeerKey(home.peerKeyFile);
  const token = await loadOrCreateSecret(home.tokenFile);
  if (options.password !== undefined) await createSecretFile(home.passwordFile, `${options.password}\n`);
  const password = options.password ?? (await loadOrCreateSecret(home.passwordFile));
  const cost = settings['keys.cost'] ?? SETTINGS['keys.cost'].fallback;
  const wanted = options.accounts ?? [{ name: 'operator' }, { name: 'session' }];
  const accounts = await Promise.all(
    wanted.map((account) => createAccount({ directory: home.keystoreDirectory, password, cost, ...account })),
  );
  return { home, accounts, peerKey: publicKey, token };
};
