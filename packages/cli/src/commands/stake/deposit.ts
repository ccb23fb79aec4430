import { InvalidArgumentError } from '@commander-js/extra-typings';
import type { StakeRole } from '@mlb/node/client';
import { parseAmount } from '../../amount.ts';
import { examples, type VerbModule } from '../../command.ts';
import { SLOW_MS } from '../../context.ts';
import { stakeText } from './text.ts';

const ROLES: readonly StakeRole[] = ['model', 'compute', 'verifier'];

const parseRoles = (text: string): readonly StakeRole[] =>
  text.split(',').map((word) => {
    const role = ROLES.find((known) => known === word.trim());
    if (role === undefined) throw new InvalidArgumentError(`"${word}" is no role; there are ${ROLES.join(', ')}.`);
    return role;
  });

export const register: VerbModule['register'] = (command, act) => {
  command
    .argument('<amount>', 'with its unit, such as 50000mlb', parseAmount)
    .option(
      '--role <roles>',
      'model (10 000 MLB), compute (50 000), verifier (25 000), or several with commas',
      parseRoles,
      ['compute'] as readonly StakeRole[],
    )
    .addHelpText('after', examples('mlb stake deposit 50000mlb', 'mlb stake deposit 60000mlb --role compute,model'))
    .action((amountWei, { role: roles }) =>
      act(async ({ client, deadline, globals, output }) => {
        const body = { amountWei, roles, account: globals.account };
        const stake = await (await client()).depositStake(body, deadline(SLOW_MS));
        output.result(stake, () => stakeText(stake));
        return undefined;
      }),
    );
};
