import {
  type Address,
  applyOperatorEvent,
  emptyOperatorTable,
  isOperatorEvent,
  type OperatorTable,
  type RegistryId,
  type Snapshot,
} from '@mlb/protocol';
import type { ChainEvent } from '../port/chain.ts';
import type { UndoLog } from './undo.ts';

/** Stake of one operator now, in wei. */
export interface StakeStanding {
  readonly activeWei: bigint;
  readonly unbondingWei: bigint;
  readonly roles: number;
  readonly tombstoned: boolean;
}

export interface SlashRecord {
  readonly operator: Address;
  readonly amountWei: bigint;
  readonly bps: number;
  readonly reporter: Address;
  readonly block: bigint;
}

/** Operators as of the head, and the snapshots of the last epochs. */
export interface OperatorBook {
  /** Throws ProtocolError (BAD_SNAPSHOT) when the chain sealed other rows than were folded. */
  readonly apply: (event: ChainEvent, block: bigint) => void;
  readonly table: () => OperatorTable;
  readonly stakeOf: (operator: Address) => StakeStanding | undefined;
  /** Whose session key this is or was. */
  readonly operatorOfKey: (sessionKey: Address) => Address | undefined;
  /** Every session key the operator has or had. */
  readonly sessionKeysOf: (operator: Address) => readonly Address[];
  readonly slashes: () => readonly SlashRecord[];
  /** Whether the next seal would write other rows than the last one. */
  readonly hasUnsealedChanges: () => boolean;
  readonly snapshotOf: (epoch: bigint) => Snapshot | undefined;
  readonly snapshotAt: (block: bigint) => Snapshot | undefined;
}

/** Epochs whose snapshot is kept: more than the kept block hashes reach back over, with epochs of 8 blocks. */
const KEPT_EPOCHS = 64n;

export const createOperatorBook = (undo: UndoLog, source: RegistryId): OperatorBook => {
  const table = undo.cell<OperatorTable>(emptyOperatorTable(source));
  const stakes = undo.map<Address, StakeStanding>();
  const keys = undo.map<Address, Address>();
  const keysByOperator = undo.map<Address, readonly Address[]>();
  const slashes = undo.cell<readonly SlashRecord[]>([]);
  const hasUnsealedChanges = undo.cell(false);
  const snapshots = undo.map<bigint, Snapshot>();

  const applyOther = (event: ChainEvent, block: bigint): void => {
    switch (event.type) {
      case 'stake-changed': {
        const { activeWei, unbondingWei, roles, tombstoned } = event;
        stakes.set(event.operator, { activeWei, unbondingWei, roles, tombstoned });
        break;
      }
      case 'operator-registered':
      case 'session-key-rotated':
        keys.set(event.sessionKey, event.operator);
        keysByOperator.set(event.operator, [...(keysByOperator.get(event.operator) ?? []), event.sessionKey]);
        break;
      case 'slashed': {
        const { operator, amountWei, bps, reporter } = event;
        slashes.set([...slashes.get(), { operator, amountWei, bps, reporter, block }]);
        break;
      }
    }
  };

  const snapshotAt = (block: bigint): Snapshot | undefined => {
    const newest = table.get().latest;
    for (let snapshot = newest; snapshot !== undefined; snapshot = snapshots.get(snapshot.epoch - 1n)) {
      if (snapshot.sealedAtBlock <= block) return snapshot;
    }
    return undefined;
  };

  return {
    apply: (event, block) => {
      applyOther(event, block);
      if (!isOperatorEvent(event)) return;
      const next = applyOperatorEvent(table.get(), event, block);
      table.set(next);
      hasUnsealedChanges.set(event.type !== 'epoch-sealed');
      if (event.type !== 'epoch-sealed' || next.latest === undefined) return;
      snapshots.set(event.epoch, next.latest);
      if (event.epoch > KEPT_EPOCHS) snapshots.delete(event.epoch - KEPT_EPOCHS);
    },
    table: table.get,
    stakeOf: stakes.get,
    operatorOfKey: keys.get,
    sessionKeysOf: (operator) => keysByOperator.get(operator) ?? [],
    slashes: slashes.get,
    hasUnsealedChanges: hasUnsealedChanges.get,
    snapshotOf: snapshots.get,
    snapshotAt,
  };
};
