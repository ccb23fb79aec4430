import { z } from 'zod';
import type { KeystoreCost } from '../keys/keystore.ts';

/** Every setting, by its dotted key: `[api] port` in config.toml, `--api.port`, `MLB_API_PORT`. */
export interface Settings {
  readonly 'rpc.urls': readonly string[];
  readonly 'p2p.listen': readonly string[];
  readonly 'p2p.announce': readonly string[];
  readonly 'p2p.bootstrap': readonly string[];
  readonly 'api.host': string;
  readonly 'api.port': number;
  readonly 'executor.profile': 'fast' | 'strict';
  readonly 'executor.concurrency': number;
  readonly 'accounts.operator': string;
  readonly 'accounts.session': string;
  readonly 'accounts.requester': string;
  readonly 'accounts.provider': string;
  readonly 'accounts.settler': string;
  readonly 'keys.passwordFile': string;
  readonly 'keys.cost': KeystoreCost;
  readonly 'disk.minFreeBytes': number;
  readonly 'log.level': 'debug' | 'info' | 'warn' | 'error' | 'silent';
}

export type SettingKey = keyof Settings;

export interface Setting<T> {
  readonly about: string;
  readonly schema: z.ZodType<T>;
  readonly fallback: T;
  /** A list's values are separated by commas in flags and variables. */
  readonly isList: boolean;
  /** Instead of `--<key>` and `MLB_<KEY>`. */
  readonly flag?: string;
  readonly variables?: readonly string[];
}

/** Not z.coerce: that takes "" and [] for 0. */
const Integer = (min: number, max: number): z.ZodType<number> =>
  z
    .union([
      z.number(),
      z
        .string()
        .regex(/^[0-9]{1,16}$/, 'expected a whole number')
        .transform(Number),
    ])
    .pipe(z.number().int().min(min).max(max));

const Multiaddrs = z.array(z.string().startsWith('/', 'expected a multiaddr, such as /ip4/127.0.0.1/tcp/4101'));
const Account = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,31}$/, 'expected the name of an account');

const account = (name: string, about: string): Setting<string> => ({
  about: `account ${about}`,
  schema: Account,
  fallback: name,
  isList: false,
});

const addresses = (about: string, fallback: readonly string[]): Setting<readonly string[]> => ({
  about,
  schema: Multiaddrs,
  fallback,
  isList: true,
});

export const SETTINGS: { readonly [Key in SettingKey]: Setting<Settings[Key]> } = {
  'rpc.urls': {
    about: "JSON-RPC endpoints of the L2, asked in this order (default: the network's)",
    schema: z.array(z.url('expected a URL, such as http://127.0.0.1:8545')),
    fallback: [],
    isList: true,
    flag: 'rpc-url',
    variables: ['MLB_RPC_URL', 'ETH_RPC_URL'],
  },
  'p2p.listen': addresses('multiaddrs to listen on', ['/ip4/0.0.0.0/tcp/4101']),
  'p2p.announce': addresses('multiaddrs to announce instead of those listened on', []),
  'p2p.bootstrap': addresses("peers to dial at the start, beside the network's", []),
  'api.host': { about: 'loopback address of the admin API', schema: z.string(), fallback: '127.0.0.1', isList: false },
  'api.port': {
    about: 'port of the admin API, 0 for any free one',
    schema: Integer(0, 65_535),
    fallback: 7101,
    isList: false,
  },
  'executor.profile': {
    about: 'fast: native CPU; strict: WASM, the same bits on every machine',
    schema: z.enum(['fast', 'strict']),
    fallback: 'fast',
    isList: false,
  },
  'executor.concurrency': {
    about: 'executions at the same time',
    schema: Integer(1, 64),
    fallback: 1,
    isList: false,
  },
  'accounts.operator': account('operator', 'that owns the stake'),
  'accounts.session': account('session', 'that signs protocol messages'),
  'accounts.requester': account('operator', 'that pays for tasks'),
  'accounts.provider': account('operator', 'that publishes models'),
  'accounts.settler': account('operator', 'that pays for posting batches'),
  'keys.passwordFile': {
    about: 'file (0600) with the password of the keystore; relative to the home',
    schema: z.string().min(1),
    fallback: 'password',
    isList: false,
    flag: 'password-file',
    variables: ['MLB_PASSWORD_FILE'],
  },
  'keys.cost': {
    about: 'scrypt cost of new keys; light is for devnets only',
    schema: z.enum(['standard', 'light']),
    fallback: 'standard',
    isList: false,
  },
  'disk.minFreeBytes': {
    about: 'stop taking tasks below this much free space',
    schema: Integer(0, Number.MAX_SAFE_INTEGER),
    fallback: 256 * 1024 * 1024,
    isList: false,
  },
  'log.level': {
    about: 'debug, info, warn, error or silent',
    schema: z.enum(['debug', 'info', 'warn', 'error', 'silent']),
    fallback: 'info',
    isList: false,
  },
};

export const SETTING_KEYS: readonly SettingKey[] = Object.keys(SETTINGS) as SettingKey[];

/** Long flag without dashes. */
export const flagOf = (key: SettingKey): string => SETTINGS[key].flag ?? key;

/** Environment variables of a setting, the strongest first. */
export const variablesOf = (key: SettingKey): readonly string[] =>
  SETTINGS[key].variables ?? [
    `MLB_${key
      .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
      .replaceAll('.', '_')
      .toUpperCase()}`,
  ];
