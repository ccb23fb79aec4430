import {
  type Address,
  type Bytes32,
  LANE_EARNED,
  LANE_ESCROW,
  type ModelId,
  type RegistryId,
  type Snapshot,
  type TaskId,
  ZERO_BYTES32,
} from '@mlb/protocol';
import type { BlockRef, ChainEvent, ChainObserver } from '../port/chain.ts';
import { createBatchBook, type PostedBatch } from './batch-book.ts';
import { createChallengeBook, type DataChallenge } from './challenge-book.ts';
import { createEscrowBook, type LaneBalance } from './escrow-book.ts';
import { createForcedBook, type ForcedTask } from './forced-book.ts';
import { createOperatorBook, type OperatorBook, type SlashRecord, type StakeStanding } from './operator-book.ts';
import { createUndoLog } from './undo.ts';

type Registered = Extract<ChainEvent, { readonly type: 'model-registered' }>;

/** A model as registered, and whether its provider still offers it. */
export interface ModelRecord extends Omit<Registered, 'type'> {
  readonly active: boolean;
  readonly registeredAtBlock: bigint;
}

/** The contracts' state at the indexed head. Undefined means unknown to us, which our own lag may explain. */
export interface ChainView {
  /** The last block applied. */
  readonly head: () => BlockRef | undefined;
  /** Snapshot of the last epoch sealed at or before this block: the one an order anchored there belongs to. */
  readonly snapshotAt: (block: bigint) => Snapshot | undefined;
  readonly snapshotOf: (epoch: bigint) => Snapshot | undefined;
  readonly latestSnapshot: () => Snapshot | undefined;
  readonly stakeOf: (operator: Address) => StakeStanding | undefined;
  /** The operator's session key of now. */
  readonly sessionKeyOf: (operator: Address) => Address | undefined;
  /** Whose session key this is or was. */
  readonly operatorOfKey: (sessionKey: Address) => Address | undefined;
  /** Every session key the operator has or had: old ones stay slashable. */
  readonly sessionKeysOf: (operator: Address) => readonly Address[];
  readonly slashes: () => readonly SlashRecord[];
  /** Whether keys, stake or reputation changed since the last seal. */
  readonly hasUnsealedChanges: () => boolean;
  readonly model: (id: ModelId) => ModelRecord | undefined;
  /** Oldest first. */
  readonly models: () => readonly ModelRecord[];
  readonly accountOf: (owner: Address) => number | undefined;
  readonly ownerOf: (account: number) => Address | undefined;
  readonly lane: (kind: number, account: number) => LaneBalance;
  /** What a batch could debit from the account. */
  readonly escrowUnits: (account: number) => bigint;
  /** Escrow without what is about to leave or set aside for forced orders; 0 for a stranger. Open orders are the engine's to subtract. */
  readonly freeEscrowUnits: (owner: Address) => bigint;
  readonly earnedUnits: (owner: Address) => bigint;
  readonly isNonceUsed: (account: number, nonce: bigint) => boolean;
  /** Index 0 and a zero digest before the first. */
  readonly lastBatch: () => { readonly index: bigint; readonly headerDigest: Bytes32 };
  readonly batch: (index: bigint) => PostedBatch | undefined;
  /** Ascending by index. */
  readonly batches: () => readonly PostedBatch[];
  /** Wei per million compute units. */
  readonly baseFee: () => bigint;
  /** The one that Settlement was deployed with. */
  readonly initialBaseFee: () => bigint;
  /** Questions about the data of posted batches, oldest first; those of batches that are gone among them. */
  readonly dataChallenges: () => readonly DataChallenge[];
  /** An order that stands on chain: it needs no signature. */
  readonly forcedTask: (taskId: TaskId) => ForcedTask | undefined;
  /** Oldest first. */
  readonly forcedTasks: () => readonly ForcedTask[];
}

export type { PostedBatch } from './batch-book.ts';
export type { DataChallenge } from './challenge-book.ts';
export type { ForcedTask } from './forced-book.ts';

const createModelBook = (undo: ReturnType<typeof createUndoLog>) => {
  const models = undo.map<ModelId, ModelRecord>();
  return {
    models,
    apply: (event: ChainEvent, block: bigint): void => {
      if (event.type === 'model-registered') {
        const { type: _, ...record } = event;
        models.set(event.modelId, { ...record, active: true, registeredAtBlock: block });
      }
      if (event.type !== 'model-status') return;
      const model = models.get(event.modelId);
      if (model !== undefined) models.set(event.modelId, { ...model, active: event.active });
    },
  };
};

type OperatorViews = Pick<
  ChainView,
  | 'snapshotAt'
  | 'snapshotOf'
  | 'latestSnapshot'
  | 'stakeOf'
  | 'sessionKeyOf'
  | 'operatorOfKey'
  | 'sessionKeysOf'
  | 'slashes'
  | 'hasUnsealedChanges'
>;

const operatorViews = (book: OperatorBook): OperatorViews => ({
  snapshotAt: book.snapshotAt,
  snapshotOf: book.snapshotOf,
  latestSnapshot: () => book.table().latest,
  stakeOf: book.stakeOf,
  sessionKeyOf: (operator) => book.table().identities.get(operator)?.sessionKey,
  operatorOfKey: book.operatorOfKey,
  sessionKeysOf: book.sessionKeysOf,
  slashes: book.slashes,
  hasUnsealedChanges: book.hasUnsealedChanges,
});

/**
 * The view that every other part reads, folded from events. Rolling blocks back and applying others leaves exactly the
 * state of the new chain (I10). Subscribe it to the indexer before whoever reads it.
 */
export const createChainState = (source: RegistryId): ChainObserver & ChainView => {
  const undo = createUndoLog();
  const head = undo.cell<BlockRef | undefined>(undefined);
  const operators = createOperatorBook(undo, source);
  const escrow = createEscrowBook(undo);
  const models = createModelBook(undo);
  const batches = createBatchBook(undo);
  const challenges = createChallengeBook(undo);
  const forced = createForcedBook(undo);
  const unitsOf = (owner: Address, read: (account: number) => bigint): bigint => {
    const account = escrow.accountOf(owner);
    return account === undefined ? 0n : read(account);
  };
  const free = ({ units, leavingUnits }: LaneBalance): bigint => (leavingUnits < units ? units - leavingUnits : 0n);
  return {
    apply: ({ ref, events }) => {
      undo.begin(ref.number);
      head.set(ref);
      for (const event of events) {
        operators.apply(event, ref.number);
        escrow.apply(event);
        models.apply(event, ref.number);
        batches.apply(event, ref);
        challenges.apply(event);
        forced.apply(event, ref.number);
      }
    },
    rollback: undo.rollback,
    head: head.get,
    ...operatorViews(operators),
    model: models.models.get,
    models: () => [...models.models.values()].sort((a, b) => Number(a.registeredAtBlock - b.registeredAtBlock)),
    accountOf: escrow.accountOf,
    ownerOf: escrow.ownerOf,
    lane: escrow.lane,
    escrowUnits: (account) => escrow.lane(LANE_ESCROW, account).units,
    freeEscrowUnits: (owner) => {
      const units = unitsOf(owner, (account) => free(escrow.lane(LANE_ESCROW, account))) - forced.lockedUnitsOf(owner);
      return units > 0n ? units : 0n;
    },
    earnedUnits: (owner) => unitsOf(owner, (account) => escrow.lane(LANE_EARNED, account).units),
    isNonceUsed: batches.isNonceUsed,
    lastBatch: () => batches.last() ?? { index: 0n, headerDigest: ZERO_BYTES32 },
    batch: batches.get,
    batches: batches.all,
    baseFee: batches.baseFee,
    initialBaseFee: batches.initialBaseFee,
    dataChallenges: challenges.all,
    forcedTask: forced.get,
    forcedTasks: forced.all,
  };
};
