import type { VerbModule } from '../../command.ts';
import { QUICK_MS } from '../../context.ts';

export const register: VerbModule['register'] = (command, act) => {
  command.action(() =>
    act(async ({ client, deadline, output }) => {
      const identity = await (await client()).peerIdentity(deadline(QUICK_MS));
      output.result(identity, () => [identity.peerId, ...identity.multiaddrs].join('\n'));
      return undefined;
    }),
  );
};
