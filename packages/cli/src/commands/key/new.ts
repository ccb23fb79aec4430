import { Option } from '@commander-js/extra-typings';
import { createAccount, homePaths, loadOrCreateSecret } from '@mlb/node/offline';
import { examples, type VerbModule } from '../../command.ts';

export const register: VerbModule['register'] = (command, act) => {
  command
    .argument('<name>', 'what to call it: a-z 0-9 _ -')
    .addOption(
      new Option('--cost <cost>', 'scrypt cost; light is for devnets only')
        .choices(['standard', 'light'] as const)
        .default('standard' as const),
    )
    .addHelpText('after', examples('mlb key new requester', 'mlb key new cold --password-file ~/cold.password'))
    .action((name, { cost }) =>
      act(async ({ globals, home, output }) => {
        const { keystoreDirectory, passwordFile } = homePaths(home);
        const password = await loadOrCreateSecret(globals.passwordFile ?? passwordFile);
        const account = await createAccount({ directory: keystoreDirectory, name, password, cost });
        const file = `${keystoreDirectory}/${name}.json`;
        output.result({ schema: 'mlb.key/1', ...account, file }, () => `${account.address}  ${name}`);
        output.note(
          `${file} and its password ${globals.passwordFile ?? passwordFile}: back up both, nobody can restore them`,
        );
        return undefined;
      }),
    );
};
