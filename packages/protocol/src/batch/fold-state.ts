import type { Domain } from '../message/domain.ts';
import { EMPTY_ERROR_LOG, type ErrorLog } from '../offense/error-budget.ts';
import { type Inactivity, NO_INACTIVITY } from '../offense/inactivity.ts';
import type { ModelRecord } from '../offense/model-quarantine.ts';
import { CLEAN_RECORD, type PenaltyRecord, type WrongFinding } from '../offense/penalty.ts';
import type { Snapshot } from '../operators/snapshot.ts';
import type { NetworkParams } from '../params.ts';
import type { Address, ModelId } from '../primitives/hex.ts';
import type { Secp256k1 } from '../primitives/signature.ts';
import type { ReputationTable } from '../reputation/table.ts';
import type { SlashRow } from './slash-row.ts';

/** Numbers of the network that the fold depends on. Fixed at deployment: another value is another history. */
export type FoldParams = Pick<NetworkParams, 'slotsPerDay' | 'batchSlotBlocks' | 'computeUnitsPerLot' | 'baseFeeFloor'>;

/** Everything the fold reads beside batches: the chain's sealed epochs and its models. */
export interface FoldSource {
  readonly params: FoldParams;
  readonly domain: Domain;
  readonly secp256k1: Pick<Secp256k1, 'recover'>;
  readonly snapshot: (epoch: bigint) => Pick<Snapshot, 'rows'> | undefined;
  /** The model's agreement mode: 0 exact, 1 tolerance. Never changes for one id. */
  readonly modelMode: (modelId: ModelId) => number | undefined;
}

/** What one operator did in settled tasks. */
export interface OperatorLog {
  readonly operator: Address;
  readonly errors: ErrorLog;
  readonly inactivity: Inactivity;
  readonly penalty: PenaltyRecord;
}

/**
 * What the settled batches say about operators, models and prices: a pure fold over them in the order of the chain, so that
 * anyone can recompute the roots and the base fee of every header (I11). Batches that were reverted are skipped.
 */
export interface SettlementFold {
  /** The last batch folded or skipped, 0 before the first. */
  readonly index: bigint;
  /** The latest slot so far, 0 before the first batch: time does not run back when a batch of an earlier slot comes later. */
  readonly slot: bigint;
  /** In effect in `slot`, wei per million compute units. */
  readonly baseFee: bigint;
  /** Compute units executed for the tasks settled in `slot`. */
  readonly usedComputeUnits: bigint;
  readonly reputation: ReputationTable;
  /** By operatorIndex. */
  readonly logs: ReadonlyMap<number, OperatorLog>;
  readonly models: ReadonlyMap<ModelId, ModelRecord>;
  /** Of the last 24 hours. */
  readonly findings: readonly WrongFinding[];
  /** Rows of the last folded batch. */
  readonly slashes: readonly SlashRow[];
}

/** Before the first batch: at the base fee that Settlement was deployed with. */
export const emptyFold = (initialBaseFee: bigint): SettlementFold => ({
  index: 0n,
  slot: 0n,
  baseFee: initialBaseFee,
  usedComputeUnits: 0n,
  reputation: [],
  logs: new Map(),
  models: new Map(),
  findings: [],
  slashes: [],
});

export const emptyLogOf = (operator: Address): OperatorLog => ({
  operator,
  errors: EMPTY_ERROR_LOG,
  inactivity: NO_INACTIVITY,
  penalty: CLEAN_RECORD,
});

/** The fold past a batch that was reverted before the next one came: nothing of it counts. */
export const skipBatch = (fold: SettlementFold, index: bigint): SettlementFold => ({ ...fold, index, slashes: [] });

const DAY_SEC = 86_400n;

/** Protocol time of a slot: a day is `slotsPerDay` slots, whatever they last on a devnet. */
export const secOfSlot = (slot: bigint, slotsPerDay: bigint): number => Number((slot * DAY_SEC) / slotsPerDay);
