import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Everything a daemon keeps, in one tree of mode 0700. */
export interface HomePaths {
  readonly root: string;
  readonly configFile: string;
  /** The network description that `mlb init` copied. */
  readonly networkFile: string;
  readonly peerKeyFile: string;
  /** Bearer token of the admin API. */
  readonly tokenFile: string;
  /** Password of the keystore. */
  readonly passwordFile: string;
  /** The API's URL while the daemon runs. */
  readonly apiUrlFile: string;
  readonly keystoreDirectory: string;
  readonly storeDirectory: string;
  readonly blocksDirectory: string;
  readonly logsDirectory: string;
}

export const homePaths = (home: string): HomePaths => {
  const root = resolve(home);
  return {
    root,
    configFile: join(root, 'config.toml'),
    networkFile: join(root, 'network.json'),
    peerKeyFile: join(root, 'peer.key'),
    tokenFile: join(root, 'token'),
    passwordFile: join(root, 'password'),
    apiUrlFile: join(root, 'api.url'),
    keystoreDirectory: join(root, 'keystore'),
    storeDirectory: join(root, 'store'),
    blocksDirectory: join(root, 'blocks'),
    logsDirectory: join(root, 'logs'),
  };
};

/** `--home`, else MLB_HOME, else ~/.mlb. */
export const defaultHome = (environment: { readonly MLB_HOME?: string | undefined }): string =>
  environment.MLB_HOME ?? join(homedir(), '.mlb');
