import type { VerbModule } from '../../command.ts';
import { QUICK_MS } from '../../context.ts';
import { escrowText } from './text.ts';

export const register: VerbModule['register'] = (command, act) => {
  command.action(() =>
    act(async ({ client, deadline, globals, output }) => {
      const escrow = await (await client()).escrow(globals.account, deadline(QUICK_MS));
      output.result(escrow, () => escrowText(escrow));
      return undefined;
    }),
  );
};
