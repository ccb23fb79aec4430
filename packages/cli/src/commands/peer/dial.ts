import { examples, type VerbModule } from '../../command.ts';
import { QUICK_MS } from '../../context.ts';

export const register: VerbModule['register'] = (command, act) => {
  command
    .argument('<multiaddr>', 'where the peer listens, as its `mlb peer id` prints it')
    .addHelpText('after', examples('mlb peer dial /ip4/192.0.2.7/tcp/4101/p2p/12D3KooW…'))
    .action((multiaddr) =>
      act(async ({ client, deadline, output }) => {
        const peer = await (await client()).dial(multiaddr, deadline(QUICK_MS));
        output.result({ schema: 'mlb.peer/1', ...peer }, () => `connected to ${peer.peerId} at ${peer.multiaddr}`);
        return undefined;
      }),
    );
};
