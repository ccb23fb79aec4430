import { type ApiClient, createApiClient, defaultHome, findDaemon } from '@mlb/node/client';
import type { Globals } from './globals.ts';
import { createOutput, type Output } from './output.ts';

/** What a verb works with. */
export interface Context {
  readonly globals: Globals;
  readonly home: string;
  readonly output: Output;
  /** The daemon of the home. Throws ApiUnreachableError, which says how to start one, or SecretFileError. */
  readonly client: () => Promise<ApiClient>;
  /** Aborts after --timeout, or after `defaultMs` (undefined: never). */
  readonly deadline: (defaultMs: number | undefined) => AbortSignal | undefined;
}

/** Requests that only read or talk to the daemon. */
export const QUICK_MS: number = 30_000;
/** Requests that wait for transactions. */
export const SLOW_MS: number = 180_000;

export const createContext = (globals: Globals): Context => {
  const home = globals.home ?? defaultHome({});
  return {
    globals,
    home,
    output: createOutput({ json: globals.json === true, quiet: globals.quiet === true, color: globals.color }),
    client: async () => createApiClient(await findDaemon({ home, apiUrl: globals.api, tokenFile: globals.tokenFile })),
    deadline: (defaultMs) => {
      const limitMs = globals.timeout ?? defaultMs;
      return limitMs === undefined ? undefined : AbortSignal.timeout(limitMs);
    },
  };
};
