import { type ApiAddress, readEvents, send } from './client-transport.ts';
import type { AccountList, AccountView } from './schema/account.ts';
import type { ApiEvent, EventTopic } from './schema/event.ts';
import type { EvidenceList, EvidenceSubmitBody, EvidenceView } from './schema/evidence.ts';
import type { ModelList, ModelSignature, ModelView, PublishQuery } from './schema/model.ts';
import type { EscrowDepositBody, EscrowView, StakeDepositBody, StakeView } from './schema/money.ts';
import type { NodeStatus, Readiness } from './schema/node.ts';
import type { PeerIdentity, PeerList, PeerView, PingView } from './schema/peer.ts';
import type { SettlementView } from './schema/settlement.ts';
import type { SubmitBody, TaskList, TaskOutput, TaskView } from './schema/task.ts';
import { isWaitOver, type TaskState, type WaitTarget } from './schema/task-state.ts';

export { defaultHome } from '../config/home.ts';
export { SecretFileError } from '../keys/secret-file.ts';
export * from './client-error.ts';
export type { ApiAddress } from './client-transport.ts';
export type { RunningDaemon } from './daemon.ts';
export { type DaemonLocation, findDaemon } from './find-daemon.ts';
export type * from './schema/account.ts';
export type * from './schema/event.ts';
export type * from './schema/evidence.ts';
export type * from './schema/model.ts';
export type * from './schema/money.ts';
export type * from './schema/node.ts';
export type * from './schema/peer.ts';
export type * from './schema/settlement.ts';
export type * from './schema/task.ts';
export * from './schema/task-state.ts';

/** One long poll of waitForTask. */
const POLL_MS = 25_000;

/** The admin API, typed. Every method throws ApiUnreachableError, ApiResponseError, or the signal's reason. */
export interface ApiClient {
  readonly nodeStatus: (signal?: AbortSignal) => Promise<NodeStatus>;
  /** 503 is an answer here, not an error. */
  readonly readiness: (signal?: AbortSignal) => Promise<Readiness>;
  readonly metrics: (signal?: AbortSignal) => Promise<string>;
  readonly peerIdentity: (signal?: AbortSignal) => Promise<PeerIdentity>;
  readonly peers: (signal?: AbortSignal) => Promise<PeerList>;
  readonly dial: (multiaddr: string, signal?: AbortSignal) => Promise<PeerView>;
  readonly ping: (target: string, signal?: AbortSignal) => Promise<PingView>;
  readonly publishModel: (bytes: Uint8Array, query: Partial<PublishQuery>, signal?: AbortSignal) => Promise<ModelView>;
  readonly models: (signal?: AbortSignal) => Promise<ModelList>;
  readonly model: (idOrName: string, signal?: AbortSignal) => Promise<ModelView>;
  readonly modelSignature: (idOrName: string, signal?: AbortSignal) => Promise<ModelSignature>;
  readonly submitTask: (body: SubmitBody, signal?: AbortSignal) => Promise<TaskView>;
  readonly tasks: (
    filter?: { readonly state?: TaskState; readonly limit?: number },
    signal?: AbortSignal,
  ) => Promise<TaskList>;
  readonly task: (taskId: string, signal?: AbortSignal) => Promise<TaskView>;
  /** Long polls until the task reached `until` or never will. */
  readonly waitForTask: (taskId: string, until: WaitTarget, signal?: AbortSignal) => Promise<TaskView>;
  /** JSON text. */
  readonly receipt: (taskId: string, signal?: AbortSignal) => Promise<string>;
  readonly output: (taskId: string, signal?: AbortSignal) => Promise<TaskOutput>;
  readonly stake: (account?: string, signal?: AbortSignal) => Promise<StakeView>;
  readonly depositStake: (body: StakeDepositBody, signal?: AbortSignal) => Promise<StakeView>;
  readonly escrow: (account?: string, signal?: AbortSignal) => Promise<EscrowView>;
  readonly depositEscrow: (body: EscrowDepositBody, signal?: AbortSignal) => Promise<EscrowView>;
  readonly keys: (signal?: AbortSignal) => Promise<AccountList>;
  readonly newKey: (name: string, signal?: AbortSignal) => Promise<AccountView>;
  readonly evidenceList: (signal?: AbortSignal) => Promise<EvidenceList>;
  readonly evidence: (id: string, signal?: AbortSignal) => Promise<EvidenceView>;
  readonly submitEvidence: (id: string, body: EvidenceSubmitBody, signal?: AbortSignal) => Promise<EvidenceView>;
  readonly settlement: (signal?: AbortSignal) => Promise<SettlementView>;
  /** Reconnects and resumes after the last event seen; ends when the signal aborts. */
  readonly events: (
    options: { readonly topics?: readonly EventTopic[]; readonly afterId?: string | undefined },
    signal: AbortSignal,
  ) => AsyncIterable<ApiEvent>;
}

const followEvents = (address: ApiAddress): ApiClient['events'] =>
  async function* events({ topics = [], afterId }, signal) {
    let last = afterId;
    while (!signal.aborted) {
      const headers: Record<string, string> = last === undefined ? {} : { 'last-event-id': last };
      const query = { topics: topics.length === 0 ? undefined : topics.join(',') };
      try {
        const response = await send(address, { path: '/v1/events', query, headers, signal });
        for await (const event of readEvents(response)) {
          last = event.id;
          yield event;
        }
      } catch (error) {
        // A broken connection is resumed; a daemon that is gone makes the next connect throw ApiUnreachableError.
        if (signal.aborted) return;
        if (!(error instanceof TypeError)) throw error;
      }
    }
  };

const taskPath = (taskId: string, rest = ''): string => `/v1/tasks/${encodeURIComponent(taskId)}${rest}`;

/** A client of one daemon. Imports neither libp2p nor helia nor onnxruntime nor fastify. */
export const createApiClient = (address: ApiAddress): ApiClient => {
  const get = async <T>(path: string, signal?: AbortSignal, query = {}): Promise<T> =>
    (await (await send(address, { path, query, signal })).json()) as T;
  const post = async <T>(path: string, body: unknown, signal?: AbortSignal, query = {}): Promise<T> =>
    (await (await send(address, { method: 'POST', path, body, query, signal })).json()) as T;
  const text = async (path: string, signal?: AbortSignal): Promise<string> =>
    (await send(address, { path, signal })).text();
  const modelPath = (idOrName: string, rest = ''): string => `/v1/models/${encodeURIComponent(idOrName)}${rest}`;

  const waitForTask: ApiClient['waitForTask'] = async (taskId, until, signal) => {
    for (;;) {
      signal?.throwIfAborted();
      const task = await get<TaskView>(taskPath(taskId, '/wait'), signal, { until, timeoutMs: POLL_MS });
      if (isWaitOver(task.state, until)) return task;
    }
  };

  return {
    nodeStatus: (signal) => get('/v1/node', signal),
    readiness: async (signal) =>
      (await send(address, { path: '/readyz', signal, accept: [503] })).json() as Promise<Readiness>,
    metrics: (signal) => text('/metrics', signal),
    peerIdentity: (signal) => get('/v1/peers/self', signal),
    peers: (signal) => get('/v1/peers', signal),
    dial: (multiaddr, signal) => post('/v1/peers/dial', { multiaddr }, signal),
    ping: (target, signal) => post('/v1/peers/ping', { target }, signal),
    publishModel: (bytes, query, signal) => post('/v1/models', bytes, signal, query),
    models: (signal) => get('/v1/models', signal),
    model: (idOrName, signal) => get(modelPath(idOrName), signal),
    modelSignature: (idOrName, signal) => get(modelPath(idOrName, '/signature'), signal),
    submitTask: (body, signal) => post('/v1/tasks', body, signal),
    tasks: (filter = {}, signal) => get('/v1/tasks', signal, filter),
    task: (taskId, signal) => get(taskPath(taskId), signal),
    waitForTask,
    receipt: (taskId, signal) => text(taskPath(taskId, '/receipt'), signal),
    output: (taskId, signal) => get(taskPath(taskId, '/output'), signal),
    stake: (account, signal) => get('/v1/stake', signal, { account }),
    depositStake: (body, signal) => post('/v1/stake', body, signal),
    escrow: (account, signal) => get('/v1/escrow', signal, { account }),
    depositEscrow: (body, signal) => post('/v1/escrow', body, signal),
    keys: (signal) => get('/v1/keys', signal),
    newKey: (name, signal) => post('/v1/keys', { name }, signal),
    evidenceList: (signal) => get('/v1/evidence', signal),
    evidence: (id, signal) => get(`/v1/evidence/${encodeURIComponent(id)}`, signal),
    submitEvidence: (id, body, signal) => post(`/v1/evidence/${encodeURIComponent(id)}/submit`, body, signal),
    settlement: (signal) => get('/v1/settlement', signal),
    events: followEvents(address),
  };
};
