import { type Address, decodeDeltas, LANE_EARNED, LANE_ESCROW } from '@mlb/protocol';
import type { ChainEvent, ChainMovements } from '../port/chain.ts';
import type { UndoLog } from './undo.ts';

/** One lane of an account, in units of 1e9 wei. */
export interface LaneBalance {
  readonly units: bigint;
  /** Asked for and not yet paid out. */
  readonly leavingUnits: bigint;
  /** From when it may be completed; undefined: nothing is asked for. */
  readonly readyAtSec: bigint | undefined;
}

/** The Escrow's accounts as its events and the batches tell them. */
export interface EscrowBook {
  readonly apply: (event: ChainEvent) => void;
  readonly accountOf: (owner: Address) => number | undefined;
  readonly ownerOf: (account: number) => Address | undefined;
  readonly lane: (kind: number, account: number) => LaneBalance;
}

const EMPTY: LaneBalance = { units: 0n, leavingUnits: 0n, readyAtSec: undefined };
/** Escrow's own: what its account 0 earned is to be burned, account 1 is the treasury. */
const BURN_ACCOUNT = 0;
const TREASURY_ACCOUNT = 1;

export const createEscrowBook = (undo: UndoLog): EscrowBook => {
  const accounts = undo.map<Address, number>();
  const owners = undo.map<number, Address>();
  const lanes = undo.map<string, LaneBalance>();
  const lane = (kind: number, account: number): LaneBalance => lanes.get(`${kind}/${account}`) ?? EMPTY;
  const change = (kind: number, account: number, next: Partial<LaneBalance>): void =>
    lanes.set(`${kind}/${account}`, { ...lane(kind, account), ...next });
  const add = (kind: number, account: number, units: bigint): void =>
    change(kind, account, { units: lane(kind, account).units + units });

  const applyMovements = ({ deltas, treasuryUnits, burnUnits }: ChainMovements): void => {
    for (const { kind, account, units } of decodeDeltas(deltas)) {
      add(kind, account, kind === LANE_ESCROW ? -units : units);
    }
    if (treasuryUnits > 0n) add(LANE_EARNED, TREASURY_ACCOUNT, treasuryUnits);
    if (burnUnits > 0n) add(LANE_EARNED, BURN_ACCOUNT, burnUnits);
  };

  /** As Escrow.revertDeltas: a running request shrinks by exactly the credit. */
  const takeBack = (account: number, units: bigint): void => {
    const { leavingUnits } = lane(LANE_EARNED, account);
    add(LANE_EARNED, account, -units);
    change(LANE_EARNED, account, { leavingUnits: leavingUnits > units ? leavingUnits - units : 0n });
  };

  const revertMovements = ({ deltas, treasuryUnits, burnUnits }: ChainMovements): void => {
    for (const { kind, account, units } of decodeDeltas(deltas)) {
      if (kind === LANE_ESCROW) add(kind, account, units);
      else takeBack(account, units);
    }
    if (treasuryUnits > 0n) takeBack(TREASURY_ACCOUNT, treasuryUnits);
    if (burnUnits > 0n) takeBack(BURN_ACCOUNT, burnUnits);
  };

  const apply = (event: ChainEvent): void => {
    switch (event.type) {
      case 'account-opened':
        accounts.set(event.owner, event.account);
        owners.set(event.account, event.owner);
        break;
      case 'deposited':
        add(LANE_ESCROW, event.account, event.units);
        break;
      case 'withdrawal-requested': {
        // A new request replaces the one before; zero units cancel it.
        const readyAtSec = event.units === 0n ? undefined : event.readyAtSec;
        change(event.kind, event.account, { leavingUnits: event.units, readyAtSec });
        break;
      }
      case 'withdrawn':
        change(event.kind, event.account, { leavingUnits: 0n, readyAtSec: undefined });
        add(event.kind, event.account, -event.units);
        break;
      case 'batch-posted':
        applyMovements({ ...event.header, deltas: event.deltas });
        break;
      case 'item-settled':
        applyMovements(event.movements);
        break;
      case 'batch-reverted':
        revertMovements(event.movements);
        break;
    }
  };
  return { apply, accountOf: accounts.get, ownerOf: owners.get, lane };
};
