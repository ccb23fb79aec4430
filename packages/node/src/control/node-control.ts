import { statfs } from 'node:fs/promises';
import { isDrawable } from '@mlb/protocol';
import type { NodeControl } from '../api/daemon.ts';
import type { HealthCheck } from '../api/schema/node.ts';
import type { Base } from '../compose/base.ts';
import type { EngineDeps } from '../engine/deps.ts';
import type { Engine } from '../engine/engine.ts';
import { VERSION } from '../version.ts';

export interface NodeParts {
  readonly base: Base;
  readonly deps: EngineDeps;
  readonly engine: Engine;
}

/** Status and health of the daemon. */
export const createNodeControl = ({ base, deps, engine }: NodeParts): NodeControl => {
  const { config, peer, indexer, clock } = base;
  const { view } = deps;
  const startedAtMs = clock.nowMs();

  const chainCheck = (): HealthCheck => {
    const health = indexer.health();
    const head = view.head();
    const detail = {
      starting: 'looking for the L2',
      following: `following the L2 at block ${head?.number ?? 0n}`,
      stalled: `the L2 does not answer; trying again (${config.rpcUrls.join(', ')})`,
      failed: 'indexing has stopped: restart the daemon and report this',
    }[health.type];
    return { name: 'chain', ok: health.type === 'following', detail };
  };

  const diskCheck = async (): Promise<HealthCheck> => {
    const { bavail, bsize } = await statfs(config.home.root);
    const freeBytes = bavail * bsize;
    deps.meter.gauge('mlb_disk_free_bytes', freeBytes, {});
    const ok = freeBytes >= config.disk.minFreeBytes;
    return { name: 'disk', ok, detail: `${Math.floor(freeBytes / 2 ** 20)} MiB free${ok ? '' : ': free some space'}` };
  };

  const checks = async (): Promise<readonly HealthCheck[]> => {
    const peers = peer.connections().length;
    return [
      chainCheck(),
      { name: 'peers', ok: peers > 0, detail: peers > 0 ? `${peers} connected` : 'alone: mlb peer dial MULTIADDR' },
      await diskCheck(),
    ];
  };

  const eligible = (): boolean => {
    const row = view.latestSnapshot()?.rows.find(({ operator }) => operator === deps.operator?.address);
    return row !== undefined && isDrawable(row);
  };

  return {
    checks,
    status: async () => {
      const phases = [...engine.tasks()].map(({ phase }) => phase);
      const count = (...wanted: readonly string[]): number => phases.filter((phase) => wanted.includes(phase)).length;
      const head = Number(view.head()?.number ?? 0n);
      return {
        schema: 'mlb.node/1',
        version: VERSION,
        peerId: peer.peerId,
        multiaddrs: peer.multiaddrs(),
        network: { name: config.network.name, chainId: deps.domain.chainId, settlement: deps.domain.settlement },
        chain: {
          connected: indexer.health().type === 'following',
          headBlock: head,
          indexedBlock: head,
          epoch: String(view.latestSnapshot()?.epoch ?? 0n),
        },
        operator: deps.operator?.address,
        sessionKey: deps.operator?.signer.sessionKey,
        eligible: eligible(),
        executorProfile: config.executor.profile,
        peers: peer.connections().length,
        tasks: {
          open: count('admitted', 'seeded', 'agreed', 'settleable', 'posted'),
          agreed: count('agreed', 'settleable', 'posted'),
          settled: count('settled'),
          failed: count('failed', 'refunded'),
        },
        uptimeSec: (clock.nowMs() - startedAtMs) / 1000,
        checks: await checks(),
      };
    },
  };
};
