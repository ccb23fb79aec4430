import { Command, InvalidArgumentError, Option } from '@commander-js/extra-typings';

/** Flags that every verb takes. */
export type Globals = {
  readonly home?: string | undefined;
  readonly network?: string | undefined;
  readonly api?: string | undefined;
  readonly tokenFile?: string | undefined;
  readonly rpcUrl?: string | undefined;
  readonly account?: string | undefined;
  readonly passwordFile?: string | undefined;
  readonly json?: boolean | undefined;
  readonly quiet?: boolean | undefined;
  readonly verbose?: boolean | undefined;
  readonly color: boolean;
  /** Milliseconds. */
  readonly timeout?: number | undefined;
};

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** `500ms`, `30s`, `5m`, `1h` in milliseconds. */
export const parseDuration = (text: string): number => {
  const [, amount, unit = 's'] = /^([0-9]{1,9})(ms|s|m|h)$/.exec(text) ?? [];
  if (amount === undefined) throw new InvalidArgumentError('expected a time such as 500ms, 30s, 5m or 1h.');
  return Number(amount) * (UNITS[unit] ?? 1000);
};

/** The root command with the global flags and nothing else. */
export const createRoot = (): Command<[], Globals> =>
  new Command('mlb')
    .description('ML Bridge: inference that a network of peers agrees on and an L2 settles')
    .addOption(new Option('--home <dir>', 'home of the daemon (default: ~/.mlb)').env('MLB_HOME'))
    .addOption(new Option('--network <file>', 'network description (default: HOME/network.json)').env('MLB_NETWORK'))
    .addOption(new Option('--api <url>', 'API of the daemon (default: the one that runs for the home)').env('MLB_API'))
    .addOption(new Option('--token-file <file>', 'token of the API (default: HOME/token)').env('MLB_TOKEN_FILE'))
    .addOption(new Option('--rpc-url <url>', "JSON-RPC of the L2 (default: the network's; MLB_RPC_URL, ETH_RPC_URL)"))
    .addOption(new Option('--account <name>', 'account of the keystore to act for').env('MLB_ACCOUNT'))
    .addOption(
      new Option('--password-file <file>', 'password of the keystore (default: HOME/password; MLB_PASSWORD_FILE)'),
    )
    .option('--json', 'one JSON object, or one per line, on stdout')
    .option('-q, --quiet', 'nothing on stderr but errors')
    .option('-v, --verbose', 'more about an unexpected error')
    .option('--no-color', 'no colours (also NO_COLOR)')
    .addOption(
      new Option('--timeout <time>', 'give up after this long, such as 30s').argParser(parseDuration),
    ) as unknown as Command<[], Globals>;
