import type { VerbModule } from '../../command.ts';
import { QUICK_MS } from '../../context.ts';
import { listing } from '../../table.ts';

const HEAD = ['peer', 'direction', 'latency', 'operator', 'address'];

export const register: VerbModule['register'] = (command, act) => {
  command.action(() =>
    act(async ({ client, deadline, output }) => {
      const list = await (await client()).peers(deadline(QUICK_MS));
      const rows = list.peers.map(({ peerId, direction, latencyMs, operator = '', multiaddr }) => [
        peerId,
        direction,
        latencyMs === undefined ? '' : `${latencyMs.toFixed(1)} ms`,
        operator,
        multiaddr,
      ]);
      output.result(list, () => listing(HEAD, rows, 'no peer is connected; try `mlb peer dial MULTIADDR`'));
      return undefined;
    }),
  );
};
