import { readFile } from 'node:fs/promises';
import { parse, TomlError } from 'smol-toml';
import { ConfigError } from './config-error.ts';
import { SETTING_KEYS, SETTINGS, type SettingKey, variablesOf } from './settings.ts';
import { didYouMean } from './suggest.ts';

/** Where a value came from, for messages: `config.toml`, `--api.port`, `MLB_API_PORT`, `default`. */
export interface Layered {
  readonly value: unknown;
  readonly origin: string;
}

export type Layer = ReadonlyMap<SettingKey, Layered>;

/** Variables that belong to the CLI and not to the daemon. */
const CLI_VARIABLES = ['MLB_HOME', 'MLB_API', 'MLB_TOKEN_FILE', 'MLB_NETWORK', 'MLB_ACCOUNT'];

const isSettingKey = (key: string): key is SettingKey => Object.hasOwn(SETTINGS, key);

const unknownKey = (key: string, where: string, known: readonly string[]): ConfigError => {
  const hint = didYouMean(key, known);
  return new ConfigError(
    'CONFIG_UNKNOWN_KEY',
    `${where} has an unknown key "${key}"`,
    hint === '' ? `known keys: ${known.join(', ')}` : hint,
  );
};

const leaves = (table: object, prefix = ''): readonly (readonly [key: string, value: unknown])[] =>
  Object.entries(table).flatMap(([name, value]) => {
    const key = `${prefix}${name}`;
    const isTable = typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
    return isTable && !isSettingKey(key) ? leaves(value, `${key}.`) : [[key, value] as const];
  });

/** Settings of a config.toml; none where there is no file. Throws ConfigError (CONFIG_UNREADABLE, CONFIG_UNKNOWN_KEY). */
export const fileLayer = async (path: string): Promise<Layer> => {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return new Map();
    throw new ConfigError('CONFIG_UNREADABLE', `${path} cannot be read`, 'check its owner and mode', { cause });
  }
  const layer = new Map<SettingKey, Layered>();
  for (const [key, value] of leaves(parseToml(path, text))) {
    if (!isSettingKey(key)) throw unknownKey(key, path, SETTING_KEYS);
    layer.set(key, { value, origin: path });
  }
  return layer;
};

const parseToml = (path: string, text: string): object => {
  try {
    return parse(text);
  } catch (cause) {
    if (!(cause instanceof TomlError)) throw cause;
    const at = `line ${cause.line}, column ${cause.column}`;
    throw new ConfigError('CONFIG_UNREADABLE', `${path} is no TOML at ${at}`, 'correct it there', { cause });
  }
};

const splitList = (text: string): readonly string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

/** Text of a flag or variable as the setting's value before its schema. */
export const fromText = (key: SettingKey, text: string): unknown => (SETTINGS[key].isList ? splitList(text) : text);

/** Settings of MLB_* (and ETH_RPC_URL). Throws ConfigError CONFIG_UNKNOWN_KEY for any other MLB_*. */
export const environmentLayer = (environment: Readonly<Record<string, string | undefined>>): Layer => {
  const known = SETTING_KEYS.flatMap((key) => variablesOf(key));
  for (const name of Object.keys(environment))
    if (name.startsWith('MLB_') && !known.includes(name) && !CLI_VARIABLES.includes(name))
      throw unknownKey(name, 'the environment', [...known, ...CLI_VARIABLES]);
  const layer = new Map<SettingKey, Layered>();
  for (const key of SETTING_KEYS) {
    const name = variablesOf(key).find((variable) => (environment[variable] ?? '') !== '');
    const text = name === undefined ? undefined : environment[name];
    if (name !== undefined && text !== undefined) layer.set(key, { value: fromText(key, text), origin: name });
  }
  return layer;
};
