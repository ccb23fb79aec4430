import { parseAmount } from '../../amount.ts';
import { examples, type VerbModule } from '../../command.ts';
import { SLOW_MS } from '../../context.ts';
import { escrowText } from './text.ts';

export const register: VerbModule['register'] = (command, act) => {
  command
    .argument('<amount>', 'with its unit, such as 100mlb', parseAmount)
    .addHelpText('after', examples('mlb escrow deposit 100mlb'))
    .action((amountWei) =>
      act(async ({ client, deadline, globals, output }) => {
        const body = { amountWei, account: globals.account };
        const escrow = await (await client()).depositEscrow(body, deadline(SLOW_MS));
        output.result(escrow, () => escrowText(escrow));
        return undefined;
      }),
    );
};
