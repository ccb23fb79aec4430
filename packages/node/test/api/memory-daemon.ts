import type { Tensor } from '@mlb/protocol';
import { ControlError } from '../../src/api/control-error.ts';
import type { DaemonControl, TaskSubmission } from '../../src/api/daemon.ts';
import { createEventLog, type EventLog } from '../../src/api/event-log.ts';
import type { AccountView } from '../../src/api/schema/account.ts';
import type { EvidenceView } from '../../src/api/schema/evidence.ts';
import type { ModelView } from '../../src/api/schema/model.ts';
import type { StakeRole } from '../../src/api/schema/money.ts';
import type { PeerView } from '../../src/api/schema/peer.ts';
import type { TaskView } from '../../src/api/schema/task.ts';
import { isWaitOver, type TaskState } from '../../src/api/schema/task-state.ts';
import type { Clock } from '../../src/port/clock.ts';

export const OPERATOR = `0x${'0a'.repeat(20)}`;
const EVIDENCE: EvidenceView = {
  schema: 'mlb.evidence/1',
  id: `0x${'e1'.repeat(32)}`,
  operator: OPERATOR,
  kind: 'commit',
  state: 'open',
  bytes: '0x80',
  transactions: [],
};
export const MODEL_ID = `0x${'0d'.repeat(32)}`;
export const START_MS = 1_795_469_075_930;

/** A whole daemon's state in memory: the API and the CLI are tested against it, without libp2p or an L2. */
export interface MemoryDaemon {
  readonly control: DaemonControl;
  readonly events: EventLog;
  readonly submissions: TaskSubmission[];
  /** Moves a task on and wakes whoever waits. */
  readonly advance: (taskId: string, state: TaskState, change?: Partial<TaskView>) => void;
  /** Called with each new task; the default leaves it admitted. */
  onSubmit: (task: TaskView) => void;
  isReady: boolean;
  receipt: string;
}

const clock: Clock = { nowMs: () => START_MS, after: () => () => {} };

const MODEL: ModelView = {
  schema: 'mlb.model/1',
  modelId: MODEL_ID,
  name: 'mnist',
  provider: OPERATOR,
  cid: 'bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy',
  sha256: `0x${'0e'.repeat(32)}`,
  sizeBytes: 54_321,
  priceWei: '1000000000000000000',
  quoteWei: '4500000000000000000',
  computeUnits: 3,
  mode: { type: 'tolerance', atol: 1e-3, rtol: 1e-3 },
  engine: 'ort-1.30.0',
  active: true,
  held: true,
};

const outputTensor = (): Tensor => ({
  name: 'logits',
  type: 'float32',
  dims: [1, 3],
  bytes: new Uint8Array(new Float32Array([0.5, 7.25, -1]).buffer),
});

const never = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });

type Tasks = Pick<MemoryDaemon, 'advance' | 'submissions'> & { readonly control: DaemonControl['tasks'] };

const createTasks = (events: EventLog, daemon: () => MemoryDaemon): Tasks => {
  const known = new Map<string, TaskView>();
  const submissions: TaskSubmission[] = [];
  const waiters = new Set<() => void>();
  const show = (taskId: string): TaskView => {
    const task = known.get(taskId.toLowerCase());
    if (task === undefined)
      throw new ControlError('TASK_UNKNOWN', `no task ${taskId} is known here`, { next: 'mlb task ls' });
    return task;
  };
  const agreed = (taskId: string): TaskView => {
    const task = show(taskId);
    if (task.state !== 'agreed' && task.state !== 'settled')
      throw new ControlError('NOT_READY', `task ${taskId} is ${task.state}, not agreed`, {
        next: `mlb task watch ${taskId}`,
      });
    return task;
  };
  const advance: MemoryDaemon['advance'] = (taskId, state, change = {}) => {
    const task = show(taskId);
    known.set(taskId, { ...task, ...change, state, steps: [...task.steps, { state, atMs: START_MS }] });
    events.publish('task', { taskId, state });
    for (const wake of waiters) wake();
  };
  const submit: DaemonControl['tasks']['submit'] = async (submission) => {
    if (submission.maxFeeWei === '0')
      throw new ControlError('NOT_ENOUGH_ESCROW', 'the escrow is empty', { next: 'mlb escrow deposit AMOUNT' });
    submissions.push(submission);
    const taskId = `0x${submissions.length.toString(16).padStart(64, '0')}`;
    const task: TaskView = {
      schema: 'mlb.task/1',
      taskId,
      modelId: MODEL_ID,
      modelName: 'mnist',
      requester: OPERATOR,
      state: 'admitted',
      steps: [{ state: 'admitted', atMs: START_MS }],
      seats: [],
      fees: { maxFeeWei: submission.maxFeeWei ?? '4500000000000000000' },
      deadlineAtSec: 1_795_470_000,
    };
    known.set(taskId, task);
    events.publish('task', { taskId, state: 'admitted' });
    daemon().onSubmit(task);
    return show(taskId);
  };
  return {
    submissions,
    advance,
    control: {
      submit,
      list: async ({ states, limit }) =>
        [...known.values()]
          .filter(({ state }) => states.length === 0 || states.includes(state))
          .reverse()
          .slice(0, limit),
      show: async (taskId) => show(taskId),
      waitFor: async (taskId, until, signal) => {
        for (;;) {
          const task = show(taskId);
          if (isWaitOver(task.state, until)) return task;
          const changed = Promise.withResolvers<void>();
          waiters.add(changed.resolve);
          await Promise.race([changed.promise, never(signal)]).finally(() => waiters.delete(changed.resolve));
        }
      },
      receipt: async (taskId) => {
        agreed(taskId);
        return daemon().receipt;
      },
      output: async (taskId) => {
        agreed(taskId);
        return [outputTensor()];
      },
    },
  };
};

const createPeers = (): DaemonControl['peers'] => {
  const connected: PeerView[] = [];
  return {
    identity: async () => ({
      schema: 'mlb.peer-identity/1',
      peerId: '12D3KooWSelf',
      multiaddrs: ['/ip4/127.0.0.1/tcp/4001/p2p/12D3KooWSelf'],
    }),
    list: async () => connected,
    dial: async (multiaddr) => {
      if (!multiaddr.startsWith('/')) throw new ControlError('BAD_MULTIADDR', `"${multiaddr}" is no multiaddr`);
      if (multiaddr.includes('/tcp/1/')) throw new ControlError('PEER_UNREACHABLE', `nobody answers at ${multiaddr}`);
      const peer: PeerView = { peerId: multiaddr.split('/').at(-1) ?? '', multiaddr, direction: 'outbound' };
      connected.push(peer);
      return peer;
    },
    ping: async (target) => ({ schema: 'mlb.ping/1', peerId: target, roundTripMs: 1.5 }),
  };
};

const createModels = (): DaemonControl['models'] => {
  const models: ModelView[] = [MODEL];
  const show = async (idOrName: string): Promise<ModelView> => {
    const model = models.find(({ modelId, name }) => modelId === idOrName || name === idOrName);
    if (model === undefined)
      throw new ControlError('MODEL_UNKNOWN', `no model "${idOrName}" is registered`, { next: 'mlb model ls' });
    return model;
  };
  return {
    list: async () => models,
    show,
    signature: async (idOrName) => {
      await show(idOrName);
      return {
        inputs: [{ name: 'image', datatype: 'FP32', shape: [-1, 1, 2, 2] }],
        outputs: [{ name: 'logits', datatype: 'FP32', shape: [-1, 3] }],
      };
    },
    publish: async ({ bytes, name, priceWei, mode }) => {
      if (bytes[0] !== 8) throw new ControlError('MODEL_REFUSED', 'this is no ONNX file');
      const model = { ...MODEL, name, priceWei, mode, sizeBytes: bytes.length, transaction: `0x${'0f'.repeat(32)}` };
      models.push(model);
      return model;
    },
  };
};

const createMoney = (): Pick<DaemonControl, 'stake' | 'escrow'> => {
  let activeWei = 0n;
  let roles: readonly StakeRole[] = [];
  let escrowWei = 0n;
  const transactions: string[] = [];
  const stakeView = () => ({
    schema: 'mlb.stake/1' as const,
    operator: OPERATOR,
    registered: activeWei > 0n,
    activeWei: activeWei.toString(),
    unbondingWei: '0',
    balanceWei: '9000000000000000000',
    earnedWei: '0',
    roles,
    reputationBps: 5000,
    tombstoned: false,
    lots: Number(activeWei / (50_000n * 10n ** 18n)),
    transactions,
  });
  const escrowView = () => ({
    schema: 'mlb.escrow/1' as const,
    owner: OPERATOR,
    account: 1,
    balanceWei: escrowWei.toString(),
    freeWei: escrowWei.toString(),
    earnedWei: '0',
    transactions: [],
  });
  return {
    stake: {
      status: async () => stakeView(),
      deposit: async (deposit) => {
        activeWei += BigInt(deposit.amountWei);
        roles = deposit.roles;
        transactions.push(`0x${'0f'.repeat(32)}`);
        return stakeView();
      },
    },
    escrow: {
      status: async () => escrowView(),
      deposit: async (deposit) => {
        escrowWei += BigInt(deposit.amountWei);
        return escrowView();
      },
    },
  };
};

const createNode = (daemon: () => MemoryDaemon): DaemonControl['node'] => {
  const checks: DaemonControl['node']['checks'] = async () => [
    { name: 'chain', ok: daemon().isReady, detail: daemon().isReady ? 'block 42' : 'no answer; is the L2 up?' },
  ];
  return {
    checks,
    status: async () => ({
      schema: 'mlb.node/1',
      version: '0.0.0',
      peerId: '12D3KooWSelf',
      multiaddrs: ['/ip4/127.0.0.1/tcp/4001/p2p/12D3KooWSelf'],
      network: { name: 'devnet', chainId: 31_337, settlement: OPERATOR },
      chain: { connected: true, headBlock: 42, indexedBlock: 42, epoch: '3' },
      operator: OPERATOR,
      eligible: true,
      executorProfile: 'fast',
      peers: 4,
      tasks: { open: 1, agreed: 2, settled: 3, failed: 0 },
      uptimeSec: 12.5,
      checks: await checks(),
    }),
  };
};

const createAccounts = (): DaemonControl['accounts'] => {
  const accounts: AccountView[] = [{ name: 'operator', address: OPERATOR, uses: ['operator'] }];
  return {
    list: async () => accounts,
    create: async (name) => {
      if (accounts.some((account) => account.name === name))
        throw new ControlError('ACCOUNT_EXISTS', `there is an account "${name}" already`);
      const account = { name, address: `0x${'0b'.repeat(20)}`, uses: [] };
      accounts.push(account);
      return account;
    },
  };
};

export const createMemoryDaemon = ({ keptEvents = 64 }: { readonly keptEvents?: number } = {}): MemoryDaemon => {
  const events = createEventLog({ capacity: keptEvents, clock });
  const self = (): MemoryDaemon => daemon;
  const tasks = createTasks(events, self);
  const daemon: MemoryDaemon = {
    events,
    submissions: tasks.submissions,
    advance: tasks.advance,
    onSubmit: () => {},
    isReady: true,
    receipt: '{}',
    control: {
      node: createNode(self),
      peers: createPeers(),
      models: createModels(),
      tasks: tasks.control,
      ...createMoney(),
      accounts: createAccounts(),
      evidence: {
        list: async () => [EVIDENCE],
        show: async () => EVIDENCE,
        submit: async () => ({ ...EVIDENCE, state: 'closed', transactions: [`0x${'03'.repeat(32)}`] }),
      },
      settlement: {
        status: async () => ({
          schema: 'mlb.settlement/1',
          settlement: OPERATOR,
          nextIndex: '4',
          pendingTasks: 1,
          settledTasks: 3,
          batches: [
            {
              index: '3',
              headerDigest: `0x${'01'.repeat(32)}`,
              transaction: `0x${'02'.repeat(32)}`,
              postedAtBlock: 40,
            },
          ],
        }),
      },
      events,
    },
  };
  return daemon;
};
