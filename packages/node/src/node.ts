import { randomBytes } from 'node:crypto';
import type { TaskId } from '@mlb/protocol';
import type { RunningDaemon } from './api/daemon.ts';
import { createEventLog } from './api/event-log.ts';
import { startApiServer } from './api/server.ts';
import { openBase } from './compose/base.ts';
import { createControl } from './compose/control.ts';
import { createKeyring, openSigner } from './compose/operator.ts';
import { createTelemetry } from './compose/telemetry.ts';
import { watcherContextOf } from './compose/watching.ts';
import type { NodeConfig } from './config/load.ts';
import { createHeliaContent } from './content/helia.ts';
import type { EngineDeps } from './engine/deps.ts';
import { createEngine, type Engine } from './engine/engine.ts';
import { createModelShelf, createModelWarmer } from './engine/model-shelf.ts';
import { createFastExecutor, createStrictExecutor } from './execution/sandbox-executor.ts';
import { loadOrCreateSecret } from './keys/secret-file.ts';
import type { Executor } from './port/executor.ts';
import type { Streams } from './port/streams.ts';
import { createEvidenceStore } from './settlement/evidence-store.ts';
import { createFoldKeeper } from './settlement/fold-keeper.ts';
import { createSettlementMember } from './settlement/member.ts';
import { createPostedData } from './settlement/posted-data.ts';
import type { TaskSource } from './settlement/view.ts';
import { createWatcher } from './settlement/watcher.ts';
import { VERSION } from './version.ts';

/**
 * Other parts than the production ones, put in where the daemon is composed: what a demonstration of dishonest operators
 * needs. The daemon itself has no test mode.
 */
export interface PartWrappers {
  readonly executor?: (honest: Executor) => Executor;
  readonly streams?: (honest: Streams) => Streams;
}

/** Rounds in flight may end before a stop; then it stops. */
const DRAIN_TIMEOUT_MS = 10_000;
const KEPT_EVENTS = 4096;

const taskSourceOf = (engine: Engine): TaskSource => ({
  settleable: () =>
    [...engine.tasks()].flatMap(({ phase, order, settleable }) =>
      phase === 'settleable' && settleable !== undefined ? [{ order: order.order, ...settleable }] : [],
    ),
  // Only what was seen in time is ever followed (validate/order.ts).
  isTimely: (taskId: TaskId) => engine.task(taskId) !== undefined,
  isDisputed: engine.isDisputed,
  isSettleable: engine.isSettleable,
  heardAfterAuditBlock: engine.heardAfterAuditBlock,
  hasVerdict: (taskId, round) => {
    const settleable = engine.task(taskId)?.settleable;
    return settleable?.verdict !== undefined && settleable.certificate.statement.round === round;
  },
});

/**
 * Starts a daemon of a home: network, chain, engine, settlement duties, API. Resolves when it is ready; throws what is
 * wrong with the home, the port, the guard or the L2's chain id. An L2 that does not answer is waited for.
 */
export const startDaemon = async (config: NodeConfig, wrap: PartWrappers = {}): Promise<RunningDaemon> => {
  const base = await openBase(config, VERSION);
  const { peer, closers, clock, indexer, chainState, log, metrics, datastore } = base;
  const { meter } = metrics;
  try {
    const keyring = createKeyring(config);
    const signer = await openSigner(base, keyring);
    const operatorAccount = await keyring.unlock(config.accounts.operator);
    const createExecutor = config.executor.profile === 'strict' ? createStrictExecutor : createFastExecutor;
    const honestExecutor = createExecutor({ clock });
    const executor = wrap.executor?.(honestExecutor) ?? honestExecutor;
    closers.add('executor', executor.close);
    const content = await createHeliaContent({
      libp2p: peer.libp2p,
      datastore,
      blockstorePath: config.home.blocksDirectory,
      clock,
    });
    closers.add('content', content.close);
    const models = createModelShelf(content);
    const operator =
      signer === undefined || operatorAccount === undefined
        ? undefined
        : { address: operatorAccount.address, signer, executor };
    const evidence = createEvidenceStore(base.store, base.domain);
    const deps: EngineDeps = {
      ...base,
      meter,
      gossip: peer.gossip,
      streams: wrap.streams?.(peer.streams) ?? peer.streams,
      content,
      models,
      chain: indexer,
      view: chainState,
      operator,
      peerId: peer.peerId,
      peerKey: peer.peerKey,
      onEvidence: (found) => {
        evidence.put(found).catch((error) => log.error({ error: String(error) }, 'evidence was not written down'));
      },
      randomBytes: (size) => new Uint8Array(randomBytes(size)),
    };
    const engine = createEngine(deps);
    closers.add('engine', engine.stop);
    await engine.restore();
    const data = createPostedData({ ...base, state: chainState, content });
    const fold = createFoldKeeper({ ...base, state: chainState, data });
    closers.add('settlement fold', fold.stop);
    const member = createSettlementMember({
      ...base,
      meter,
      chain: indexer,
      state: chainState,
      source: taskSourceOf(engine),
      fold,
      content,
      gossip: peer.gossip,
      signer,
    });
    closers.add('settlement', member.stop);
    indexer.subscribe(engine.observer);
    indexer.subscribe(fold);
    indexer.subscribe(member);
    // It tells of wrong batches; the settlement bots prove them, who have an account to pay from.
    const watcher = createWatcher({ ...watcherContextOf(base), content, tx: undefined });
    closers.add('watcher', watcher.stop);
    indexer.subscribe(watcher);
    if (operator !== undefined) {
      const ended = new AbortController();
      closers.add('model warmer', () => ended.abort());
      indexer.subscribe(createModelWarmer(models, { executor, log, signal: ended.signal }));
    }
    const events = createEventLog({ capacity: KEPT_EVENTS, clock });
    indexer.subscribe(createTelemetry({ deps, engine, events, peer }));
    const control = createControl({ base, deps, engine, keyring, events });
    closers.add('accounts', control.accounts.close);
    await indexer.start();
    const api = await startApiServer({
      control: control.daemon,
      host: config.api.host,
      port: config.api.port,
      token: await loadOrCreateSecret(config.home.tokenFile),
      exposition: metrics.exposition,
      urlFile: config.home.apiUrlFile,
      report: (error) => log.error({ error: String(error) }, 'a request failed unexpectedly'),
    });
    closers.add('api', api.close);

    const ended = Promise.withResolvers<void>();
    let stopping: Promise<void> | undefined;
    const stop = (): Promise<void> => {
      stopping ??= engine
        .drain(AbortSignal.timeout(DRAIN_TIMEOUT_MS))
        .then(closers.close)
        .then(() => ended.resolve());
      return stopping;
    };
    base.failed.catch((error) => closers.close().then(() => ended.reject(error)));
    return { apiUrl: api.url, multiaddrs: peer.multiaddrs(), stop, closed: ended.promise };
  } catch (error) {
    await closers.close();
    throw error;
  }
};
