import type { EventLog } from '../api/event-log.ts';
import { stateOf } from '../control/task-view.ts';
import type { EngineDeps } from '../engine/deps.ts';
import type { Engine } from '../engine/engine.ts';
import type { TaskRecord } from '../engine/task.ts';
import type { Peer } from '../network/peer.ts';
import type { ChainBlock, ChainObserver } from '../port/chain.ts';

export interface TelemetryParts {
  readonly deps: Pick<EngineDeps, 'meter' | 'view'>;
  readonly engine: Engine;
  readonly events: EventLog;
  readonly peer: Peer;
}

const secondsBetween = (fromMs: number, toMs: number): number => (toMs - fromMs) / 1000;

/** Events and metrics of what happens: tells observers, changes nothing. Subscribe the result to the indexer, last. */
export const createTelemetry = ({ deps, engine, events, peer }: TelemetryParts): ChainObserver => {
  const { meter, view } = deps;
  const told = new WeakMap<TaskRecord, string>();

  const measure = ({ times }: TaskRecord, state: string): void => {
    const { admittedMs, seededMs, agreedMs, settledMs } = times;
    if (state === 'seeded' && seededMs !== undefined) {
      meter.observe('mlb_seed_wait_seconds', secondsBetween(admittedMs, seededMs), {});
    }
    if (state === 'agreed' && agreedMs !== undefined) {
      meter.observe('mlb_task_agreement_seconds', secondsBetween(admittedMs, agreedMs), {});
    }
    if (state === 'settled' && settledMs !== undefined) {
      meter.observe('mlb_task_settlement_seconds', secondsBetween(admittedMs, settledMs), {});
    }
  };

  engine.onTask((task) => {
    const state = stateOf(task);
    if (told.get(task) === state) return;
    told.set(task, state);
    events.publish('task', { taskId: task.taskId, state });
    meter.count('mlb_tasks_total', { state });
    measure(task, state);
  });
  peer.libp2p.addEventListener('peer:connect', ({ detail }) =>
    events.publish('peer', { peerId: detail.toString(), connected: true }),
  );
  peer.libp2p.addEventListener('peer:disconnect', ({ detail }) =>
    events.publish('peer', { peerId: detail.toString(), connected: false }),
  );

  const tell = ({ ref, events: happened }: ChainBlock): void => {
    for (const event of happened) {
      switch (event.type) {
        case 'batch-posted':
          events.publish('batch', {
            index: String(event.index),
            leaves: event.header.leafCount,
            transaction: event.transaction,
          });
          break;
        case 'epoch-sealed':
          events.publish('epoch', { epoch: String(event.epoch), operators: event.rowCount });
          break;
        case 'slashed':
          events.publish('slash', { operator: event.operator, bps: event.bps, block: Number(ref.number) });
          break;
      }
    }
  };

  const gauge = (block: bigint): void => {
    meter.gauge('mlb_chain_head_block', Number(block), {});
    meter.gauge('mlb_epoch', Number(view.latestSnapshot()?.epoch ?? 0n), {});
    const open = [...engine.tasks()].filter(({ phase }) => phase !== 'settled' && phase !== 'refunded');
    meter.gauge('mlb_open_tasks', open.length, {});
    for (const direction of ['inbound', 'outbound'] as const) {
      const count = peer.connections().filter((connection) => connection.direction === direction).length;
      meter.gauge('mlb_peers', count, { direction });
    }
  };

  return {
    apply: (block) => {
      tell(block);
      gauge(block.ref.number);
    },
    rollback: (ancestor) => {
      meter.count('mlb_chain_rollbacks_total', {});
      events.publish('chain', { rolledBackTo: Number(ancestor) });
    },
  };
};
