import { readFile } from 'node:fs/promises';
import { homePaths } from '../config/home.ts';
import { readSecretFile } from '../keys/secret-file.ts';
import { ApiUnreachableError } from './client-error.ts';
import type { ApiAddress } from './client-transport.ts';

export interface DaemonLocation {
  readonly home: string;
  /** Overrides what the home says. */
  readonly apiUrl: string | undefined;
  /** Overrides HOME/token. */
  readonly tokenFile: string | undefined;
}

/** HOME/api.url is written by a daemon when its API listens, and removed when it stops. */
const urlOfHome = async (home: string): Promise<string> => {
  const { apiUrlFile } = homePaths(home);
  try {
    return (await readFile(apiUrlFile, 'utf8')).trim();
  } catch (cause) {
    throw new ApiUnreachableError(
      `no daemon runs for the home ${home}: there is no ${apiUrlFile}`,
      `start one with \`mlb node start --home ${home}\` (after \`mlb init --home ${home}\`), or name its API with --api URL`,
      { cause },
    );
  }
};

/** Where the daemon of a home answers. Throws ApiUnreachableError (none runs) or SecretFileError (token missing or open to others). */
export const findDaemon = async ({ home, apiUrl, tokenFile }: DaemonLocation): Promise<ApiAddress> => {
  const url = apiUrl ?? (await urlOfHome(home));
  return { url, token: await readSecretFile(tokenFile ?? homePaths(home).tokenFile) };
};
