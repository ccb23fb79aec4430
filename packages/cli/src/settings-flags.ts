import type { Command } from '@commander-js/extra-typings';
import {
  type ConfigSources,
  flagOf,
  loadConfig,
  type NodeConfig,
  SETTING_KEYS,
  SETTINGS,
  variablesOf,
} from '@mlb/node/offline';
import type { Context } from './context.ts';

/** `rpc.urls` and `keys.passwordFile` are global flags already. */
const OWN_KEYS = SETTING_KEYS.filter((key) => flagOf(key) === key);

/** One flag for each setting of config.toml: `--api.port 7101`. */
export const addSettingFlags = (command: Command): void => {
  for (const key of OWN_KEYS)
    command.option(`--${key} <value>`, `${SETTINGS[key].about} (${variablesOf(key).join(', ')})`);
};

/** The configuration of the home, with this command line's flags on top. Throws ConfigError. */
export const configOf = (
  { home, globals }: Context,
  options: Readonly<Record<string, unknown>>,
): Promise<NodeConfig> => {
  const own = OWN_KEYS.flatMap((key) => (typeof options[key] === 'string' ? [[key, options[key]] as const] : []));
  const flags: ConfigSources['flags'] = {
    ...Object.fromEntries(own),
    ...(globals.rpcUrl === undefined ? {} : { 'rpc.urls': globals.rpcUrl }),
    ...(globals.passwordFile === undefined ? {} : { 'keys.passwordFile': globals.passwordFile }),
  };
  return loadConfig({ home, networkFile: globals.network, flags, environment: process.env });
};
