import type { TaskId, Tensor } from '@mlb/protocol';
import type { AccountView } from './schema/account.ts';
import type { ApiEvent, EventTopic } from './schema/event.ts';
import type { EvidenceView } from './schema/evidence.ts';
import type { ModelListing, ModelSignature, ModelView } from './schema/model.ts';
import type { EscrowView, StakeRole, StakeView } from './schema/money.ts';
import type { HealthCheck, NodeStatus } from './schema/node.ts';
import type { PeerIdentity, PeerView, PingView } from './schema/peer.ts';
import type { SettlementView } from './schema/settlement.ts';
import type { TaskView } from './schema/task.ts';
import type { TaskState, WaitTarget } from './schema/task-state.ts';

/**
 * Everything the admin API needs of a running daemon. Views are the API's own JSON shapes (amounts are decimal strings
 * in wei, times unix milliseconds). Expected refusals are thrown as ControlError with a closed code.
 */
export interface DaemonControl {
  readonly node: NodeControl;
  readonly peers: PeerControl;
  readonly models: ModelControl;
  readonly tasks: TaskControl;
  readonly stake: StakeControl;
  readonly escrow: EscrowControl;
  readonly accounts: AccountControl;
  readonly settlement: { readonly status: () => Promise<SettlementView> };
  readonly evidence: EvidenceControl;
  readonly events: EventSource;
}

/** What this daemon can prove against operators. */
export interface EvidenceControl {
  readonly list: () => Promise<readonly EvidenceView[]>;
  /** By id, or its beginning. EVIDENCE_UNKNOWN. */
  readonly show: (id: string) => Promise<EvidenceView>;
  /** Brings it to the L2. EVIDENCE_UNKNOWN, ACCOUNT_*, TRANSACTION_FAILED. */
  readonly submit: (id: string, account: string | undefined) => Promise<EvidenceView>;
}

export interface NodeControl {
  readonly status: () => Promise<NodeStatus>;
  /** What /readyz answers: 200 when all are ok, else 503. Names are bounded: chain, peers, store, executor, guard, disk. */
  readonly checks: () => Promise<readonly HealthCheck[]>;
}

export interface PeerControl {
  readonly identity: () => Promise<PeerIdentity>;
  readonly list: () => Promise<readonly PeerView[]>;
  /** BAD_MULTIADDR, PEER_UNREACHABLE. */
  readonly dial: (multiaddr: string, signal: AbortSignal) => Promise<PeerView>;
  /** `target` is a peer id of the peer store or a multiaddr. BAD_MULTIADDR, PEER_UNREACHABLE. */
  readonly ping: (target: string, signal: AbortSignal) => Promise<PingView>;
}

export interface ModelPublication extends ModelListing {
  /** The .onnx file. */
  readonly bytes: Uint8Array;
}

export interface ModelControl {
  /** Gate, add to content, register on chain. MODEL_REFUSED, ROLE_MISSING, NOT_ENOUGH_STAKE, ACCOUNT_*, TRANSACTION_FAILED. */
  readonly publish: (publication: ModelPublication, signal: AbortSignal) => Promise<ModelView>;
  readonly list: () => Promise<readonly ModelView[]>;
  /** By model id or unique name. MODEL_UNKNOWN, MODEL_AMBIGUOUS. */
  readonly show: (idOrName: string) => Promise<ModelView>;
  /** Declared inputs and outputs; fetches the model when it is not here yet. MODEL_UNKNOWN, MODEL_UNAVAILABLE. */
  readonly signature: (idOrName: string, signal: AbortSignal) => Promise<ModelSignature>;
}

export interface TaskSubmission {
  /** Model id or unique name. */
  readonly model: string;
  readonly inputs: readonly Tensor[];
  /** 3..15; the protocol's default when undefined. */
  readonly redundancy: number | undefined;
  /** The quote when undefined. */
  readonly maxFeeWei: string | undefined;
  readonly tipPerSeatWei: string | undefined;
  /** Seconds from now until the order can no longer be settled; the network's default when undefined. */
  readonly deadlineInSec: number | undefined;
  /** Name of the requester's account in the keystore; the configured requester when undefined. */
  readonly account: string | undefined;
}

export interface TaskFilter {
  /** Empty: every state. */
  readonly states: readonly TaskState[];
  readonly limit: number;
}

export interface TaskControl {
  /** Resolves when the order is durable and gossiped. MODEL_*, BAD_INPUT, NOT_ENOUGH_ESCROW, ACCOUNT_*, OVERLOADED. */
  readonly submit: (submission: TaskSubmission, signal: AbortSignal) => Promise<TaskView>;
  /** Newest first. */
  readonly list: (filter: TaskFilter) => Promise<readonly TaskView[]>;
  /** TASK_UNKNOWN. */
  readonly show: (taskId: TaskId) => Promise<TaskView>;
  /**
   * Resolves when the task reached `until` or can no longer reach it (refundable, refunded, failed). Rejects with the
   * signal's reason when it aborts first. TASK_UNKNOWN.
   */
  readonly waitFor: (taskId: TaskId, until: WaitTarget, signal: AbortSignal) => Promise<TaskView>;
  /** The receipt as JSON text, exactly what `mlb task verify` reads. TASK_UNKNOWN, NOT_READY before `agreed`. */
  readonly receipt: (taskId: TaskId) => Promise<string>;
  /** The agreed output tensors. TASK_UNKNOWN, NOT_READY when not agreed or not delivered here. */
  readonly output: (taskId: TaskId) => Promise<readonly Tensor[]>;
}

export interface StakeDeposit {
  readonly amountWei: string;
  readonly roles: readonly StakeRole[];
  readonly account: string | undefined;
}

export interface StakeControl {
  /** Approves, bonds, and registers session and peer key where there is no registration. NOT_ENOUGH_BALANCE, ACCOUNT_*, TRANSACTION_FAILED. */
  readonly deposit: (deposit: StakeDeposit, signal: AbortSignal) => Promise<StakeView>;
  readonly status: (account: string | undefined) => Promise<StakeView>;
}

export interface EscrowControl {
  /** Approves, opens the account if needed, deposits. NOT_ENOUGH_BALANCE, ACCOUNT_*, TRANSACTION_FAILED. */
  readonly deposit: (
    deposit: { readonly amountWei: string; readonly account: string | undefined },
    signal: AbortSignal,
  ) => Promise<EscrowView>;
  readonly status: (account: string | undefined) => Promise<EscrowView>;
}

/** The keystore. Secrets never cross this interface. */
export interface AccountControl {
  readonly list: () => Promise<readonly AccountView[]>;
  /** Encrypted with the home's password file. ACCOUNT_EXISTS. */
  readonly create: (name: string) => Promise<AccountView>;
}

export interface EventSource {
  /**
   * Events after `afterId` (all kept ones when undefined), then live ones, until the signal aborts (the iterator then
   * ends). A `gap` event says that older events are no longer kept. A slow reader loses events into a gap, never memory.
   */
  readonly subscribe: (
    options: { readonly afterId: string | undefined; readonly topics: readonly EventTopic[] },
    signal: AbortSignal,
  ) => AsyncIterable<ApiEvent>;
}

/** What `startDaemon(config)` and `startSettler(config)` resolve to once they are ready. */
export interface RunningDaemon {
  /** Undefined for a process without an API. */
  readonly apiUrl: string | undefined;
  readonly multiaddrs: readonly string[];
  /** Finishes what is in flight, then closes everything. A second call does nothing more. */
  readonly stop: () => Promise<void>;
  /** Resolves after `stop`; rejects when the daemon had to stop by itself (ControlError SAFETY_STOP, DISK_FULL…). */
  readonly closed: Promise<void>;
}
