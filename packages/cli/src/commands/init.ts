import { Option } from '@commander-js/extra-typings';
import { type InitializedHome, initHome, loadNetwork, readSecretFile } from '@mlb/node/offline';
import { examples, type VerbModule } from '../command.ts';
import { CliError } from '../failure.ts';
import { facts } from '../table.ts';

const nextSteps = ({ home, accounts }: InitializedHome): string => {
  const operator = accounts.find(({ name }) => name === 'operator')?.address ?? '';
  return [
    'Next:',
    `  1. send MLB and gas to the operator ${operator}`,
    `  2. mlb node start --home ${home.root}`,
    `  3. mlb stake deposit 50000mlb --home ${home.root}`,
  ].join('\n');
};

export const register: VerbModule['register'] = (command, act) => {
  command
    .addOption(
      new Option(
        '--profile <profile>',
        'server; lowpower: one strict execution at a time; devnet: loopback, light keystores',
      )
        .choices(['server', 'lowpower', 'devnet'] as const)
        .default('server' as const),
    )
    .addHelpText(
      'after',
      examples('mlb init --network network.json', 'mlb init --network network.json --home ./alice --profile devnet'),
    )
    .action(({ profile }) =>
      act(async ({ globals, home, output }) => {
        if (globals.network === undefined) {
          const next = 'mlb init --network FILE; `mlb devnet up` prints the file of its network';
          throw new CliError('NETWORK_MISSING', 'a home belongs to one network, and none is named', next);
        }
        const network = await loadNetwork(globals.network);
        const password = globals.passwordFile === undefined ? undefined : await readSecretFile(globals.passwordFile);
        const made = await initHome({ home, network, profile, password });
        const { accounts, peerKey } = made;
        output.result({ schema: 'mlb.home/1', home: made.home.root, network: network.name, peerKey, accounts }, () =>
          facts([
            ['home', made.home.root],
            ['network', network.name],
            ['peer key', peerKey],
            ...accounts.map(({ name, address }) => [name, address] as const),
          ]),
        );
        output.note(nextSteps(made));
        return undefined;
      }),
    );
};
