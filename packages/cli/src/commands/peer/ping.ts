import { examples, type VerbModule } from '../../command.ts';
import { QUICK_MS } from '../../context.ts';

export const register: VerbModule['register'] = (command, act) => {
  command
    .argument('<peer>', 'peer id or multiaddr')
    .addHelpText('after', examples('mlb peer ping 12D3KooW…'))
    .action((peer) =>
      act(async ({ client, deadline, output }) => {
        const ping = await (await client()).ping(peer, deadline(QUICK_MS));
        output.result(ping, () => `${ping.peerId} answered in ${ping.roundTripMs.toFixed(1)} ms`);
        return undefined;
      }),
    );
};
