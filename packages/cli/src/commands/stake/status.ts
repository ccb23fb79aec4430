import type { VerbModule } from '../../command.ts';
import { QUICK_MS } from '../../context.ts';
import { stakeText } from './text.ts';

export const register: VerbModule['register'] = (command, act) => {
  command.action(() =>
    act(async ({ client, deadline, globals, output }) => {
      const stake = await (await client()).stake(globals.account, deadline(QUICK_MS));
      output.result(stake, () => stakeText(stake));
      return undefined;
    }),
  );
};
