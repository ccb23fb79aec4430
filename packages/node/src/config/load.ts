import { isAbsolute, resolve } from 'node:path';
import { z } from 'zod';
import { ConfigError } from './config-error.ts';
import { type HomePaths, homePaths } from './home.ts';
import { environmentLayer, fileLayer, fromText, type Layer, type Layered } from './layers.ts';
import { loadNetwork, type NetworkDescription } from './network.ts';
import { flagOf, SETTING_KEYS, SETTINGS, type SettingKey, type Settings } from './settings.ts';

/** Names of accounts in the keystore, by what they are for. */
export interface AccountNames {
  readonly operator: string;
  readonly session: string;
  readonly requester: string;
  readonly provider: string;
  readonly settler: string;
}

/** Everything a daemon or settlement bot is started with. */
export interface NodeConfig {
  readonly home: HomePaths;
  readonly network: NetworkDescription;
  readonly rpcUrls: readonly [string, ...string[]];
  readonly p2p: {
    readonly listen: readonly string[];
    readonly announce: readonly string[];
    /** The network's and our own. */
    readonly bootstrap: readonly string[];
  };
  readonly api: { readonly host: string; readonly port: number };
  readonly executor: { readonly profile: 'fast' | 'strict'; readonly concurrency: number };
  readonly accounts: AccountNames;
  readonly keys: { readonly passwordFile: string; readonly cost: Settings['keys.cost'] };
  readonly disk: { readonly minFreeBytes: number };
  readonly log: { readonly level: Settings['log.level'] };
  /** Where each setting came from. */
  readonly origins: Readonly<Record<SettingKey, string>>;
}

export interface ConfigSources {
  readonly home: string;
  /** Overrides HOME/network.json. */
  readonly networkFile?: string | undefined;
  /** Values by setting key, as text. */
  readonly flags?: Readonly<Partial<Record<SettingKey, string>>>;
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

const flagLayer = (flags: NonNullable<ConfigSources['flags']>): Layer => {
  const layer = new Map<SettingKey, Layered>();
  for (const key of SETTING_KEYS) {
    const text = flags[key];
    if (text !== undefined) layer.set(key, { value: fromText(key, text), origin: `--${flagOf(key)}` });
  }
  return layer;
};

const check = (key: SettingKey, { value, origin }: Layered): unknown => {
  const result = z.safeParse(SETTINGS[key].schema, value);
  if (result.success) return result.data;
  const why = result.error.issues.map(({ message }) => message).join('; ');
  throw new ConfigError(
    'CONFIG_BAD_VALUE',
    `${key} from ${origin} is ${JSON.stringify(value)}: ${why}`,
    `${key}: ${SETTINGS[key].about}`,
  );
};

interface Resolved {
  readonly settings: Settings;
  readonly origins: Readonly<Record<SettingKey, string>>;
}

/** The first layer that has a key wins. */
const resolveSettings = (layers: readonly Layer[]): Resolved => {
  const settings: Partial<Record<SettingKey, unknown>> = {};
  const origins: Partial<Record<SettingKey, string>> = {};
  for (const key of SETTING_KEYS) {
    const layered = layers.map((layer) => layer.get(key)).find((found) => found !== undefined);
    const chosen = layered ?? { value: SETTINGS[key].fallback, origin: 'default' };
    settings[key] = check(key, chosen);
    origins[key] = chosen.origin;
  }
  return { settings: settings as Settings, origins: origins as Record<SettingKey, string> };
};

const networkLayer = ({ name, rpcUrls }: NetworkDescription): Layer =>
  new Map([['rpc.urls', { value: rpcUrls, origin: `network ${name}` }]]);

const rpcUrlsOf = (urls: readonly string[]): readonly [string, ...string[]] => {
  const [first, ...rest] = urls;
  if (first !== undefined) return [first, ...rest];
  throw new ConfigError('CONFIG_BAD_VALUE', 'no JSON-RPC endpoint of the L2 is known', 'name one with --rpc-url URL');
};

/**
 * The configuration of a home: flag, then MLB_* variable, then config.toml, then the network's description, then the
 * default. Unknown keys are errors. Throws ConfigError.
 */
export const loadConfig = async (sources: ConfigSources): Promise<NodeConfig> => {
  const home = homePaths(sources.home);
  const network = await loadNetwork(sources.networkFile ?? home.networkFile);
  const { settings, origins } = resolveSettings([
    flagLayer(sources.flags ?? {}),
    environmentLayer(sources.environment ?? {}),
    await fileLayer(home.configFile),
    networkLayer(network),
  ]);
  const passwordFile = settings['keys.passwordFile'];
  return {
    home,
    network,
    rpcUrls: rpcUrlsOf(settings['rpc.urls']),
    p2p: {
      listen: settings['p2p.listen'],
      announce: settings['p2p.announce'],
      bootstrap: [...new Set([...network.bootstrap, ...settings['p2p.bootstrap']])],
    },
    api: { host: settings['api.host'], port: settings['api.port'] },
    executor: { profile: settings['executor.profile'], concurrency: settings['executor.concurrency'] },
    accounts: {
      operator: settings['accounts.operator'],
      session: settings['accounts.session'],
      requester: settings['accounts.requester'],
      provider: settings['accounts.provider'],
      settler: settings['accounts.settler'],
    },
    keys: {
      passwordFile: isAbsolute(passwordFile) ? passwordFile : resolve(home.root, passwordFile),
      cost: settings['keys.cost'],
    },
    disk: { minFreeBytes: settings['disk.minFreeBytes'] },
    log: { level: settings['log.level'] },
    origins,
  };
};
