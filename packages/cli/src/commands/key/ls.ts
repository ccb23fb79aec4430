import { homePaths, listAccounts } from '@mlb/node/offline';
import type { VerbModule } from '../../command.ts';
import { listing } from '../../table.ts';

export const register: VerbModule['register'] = (command, act) => {
  command.action(() =>
    act(async ({ home, output }) => {
      const keys = await listAccounts(homePaths(home).keystoreDirectory);
      const rows = keys.map(({ name, address }) => [name, address]);
      output.result({ schema: 'mlb.keys/1', keys }, () =>
        listing(['name', 'address'], rows, 'no account is here; make one with `mlb key new NAME`'),
      );
      return undefined;
    }),
  );
};
