import type { NodeStatus } from '@mlb/node/client';
import type { VerbModule } from '../../command.ts';
import { QUICK_MS } from '../../context.ts';
import { facts, listing } from '../../table.ts';

const statusText = (status: NodeStatus): string => {
  const { chain, network, tasks } = status;
  const summary = facts([
    ['peer', status.peerId],
    ['version', status.version],
    ['network', `${network.name} (chain ${network.chainId})`],
    [
      'chain',
      `${chain.connected ? 'block' : 'unreachable, last block'} ${chain.indexedBlock} of ${chain.headBlock}, epoch ${chain.epoch}`,
    ],
    ['operator', status.operator],
    ['in the draw', status.eligible ? 'yes' : 'no'],
    ['executor', status.executorProfile],
    ['peers', status.peers],
    ['tasks', `${tasks.open} open, ${tasks.agreed} agreed, ${tasks.settled} settled, ${tasks.failed} failed`],
    ['up', `${Math.round(status.uptimeSec)} s`],
    ...status.multiaddrs.map((multiaddr) => ['listens', multiaddr] as const),
  ]);
  const checks = status.checks.map(({ name, ok, detail }) => [ok ? 'ok' : 'BAD', name, detail]);
  return `${summary}\n\n${listing(['check', '', ''], checks, '')}`;
};

export const register: VerbModule['register'] = (command, act) => {
  command.action(() =>
    act(async ({ client, deadline, output }) => {
      const status = await (await client()).nodeStatus(deadline(QUICK_MS));
      output.result(status, () => statusText(status));
      return undefined;
    }),
  );
};
