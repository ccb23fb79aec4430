import { ProtocolError } from '../errors.ts';
import { LOT_MLB, MAX_LOTS, NEWCOMER_REPUTATION_BPS } from '../params.ts';
import type { Address, Bytes32 } from '../primitives/hex.ts';
import { isBindingValid } from './binding.ts';
import type { OperatorEvent } from './event.ts';
import {
  MAX_SNAPSHOT_ROWS,
  type OperatorRow,
  ROLE_COMPUTE,
  ROLE_MODEL,
  ROLE_VERIFIER,
  type Snapshot,
  snapshotRowsHash,
} from './snapshot.ts';
import { totalAttesterWeight } from './weight.ts';

/** Where the events come from: binding signatures are only good for one registry on one chain. */
export interface RegistryId {
  readonly chainId: number;
  readonly registry: Address;
}

interface Identity {
  readonly operatorIndex: number;
  readonly sessionKey: Address;
  readonly peerKey: Bytes32 | undefined;
  readonly runtimeClass: number;
}

interface Stake {
  readonly activeWei: bigint;
  readonly roles: number;
  readonly isTombstoned: boolean;
}

/** The registry as of one block: state of the fold, immutable. */
export interface OperatorTable {
  readonly source: RegistryId;
  readonly identities: ReadonlyMap<Address, Identity>;
  readonly stakes: ReadonlyMap<Address, Stake>;
  readonly reputations: ReadonlyMap<Address, number>;
  /** The last sealed epoch, or undefined before the first. */
  readonly latest: Snapshot | undefined;
}

/** The start of the fold. */
export const emptyOperatorTable = (source: RegistryId): OperatorTable => ({
  source,
  identities: new Map(),
  stakes: new Map(),
  reputations: new Map(),
  latest: undefined,
});

const WEI_PER_MLB = 10n ** 18n;
const MINIMUM_MLB: readonly (readonly [role: number, minimumMlb: bigint])[] = [
  [ROLE_MODEL, 10_000n],
  [ROLE_COMPUTE, 50_000n],
  [ROLE_VERIFIER, 25_000n],
];

/** Several roles need the sum of their minimums (white paper 6.2.2). In wei. */
export const minimumStakeWei = (roles: number): bigint =>
  MINIMUM_MLB.reduce((sum, [role, minimum]) => ((roles & role) === 0 ? sum : sum + minimum * WEI_PER_MLB), 0n);

const rowOf = (table: OperatorTable, operator: Address, identity: Identity): OperatorRow | undefined => {
  const stake = table.stakes.get(operator);
  if (stake === undefined || stake.isTombstoned) return undefined;
  if ((stake.roles & (ROLE_COMPUTE | ROLE_VERIFIER)) === 0) return undefined;
  if (stake.activeWei < minimumStakeWei(stake.roles)) return undefined;
  const stakeMlb = stake.activeWei / WEI_PER_MLB;
  const cap = LOT_MLB * BigInt(MAX_LOTS);
  return {
    operatorIndex: identity.operatorIndex,
    operator,
    sessionKey: identity.sessionKey,
    peerKey: identity.peerKey,
    stakeMlb: Number(stakeMlb < cap ? stakeMlb : cap),
    reputationBps: table.reputations.get(operator) ?? NEWCOMER_REPUTATION_BPS,
    runtimeClass: identity.runtimeClass,
    roles: stake.roles,
  };
};

const rowsOf = (table: OperatorTable): readonly OperatorRow[] =>
  [...table.identities]
    .map(([operator, identity]) => rowOf(table, operator, identity))
    .filter((row) => row !== undefined)
    .toSorted((a, b) => a.operatorIndex - b.operatorIndex)
    .slice(0, MAX_SNAPSHOT_ROWS);

type Sealed = Extract<OperatorEvent, { readonly type: 'epoch-sealed' }>;

/** A snapshot that is not the chain's would draw other committees than everyone else: better no snapshot at all. */
const seal = (table: OperatorTable, event: Sealed, blockNumber: bigint): OperatorTable => {
  const snapshot: Snapshot = { epoch: event.epoch, sealedAtBlock: blockNumber, rows: rowsOf(table) };
  const isChains =
    snapshot.rows.length === event.rowCount &&
    snapshotRowsHash(snapshot) === event.rowsHash &&
    totalAttesterWeight(snapshot) === event.totalWeight;
  if (!isChains) {
    throw new ProtocolError(
      'BAD_SNAPSHOT',
      `epoch ${event.epoch}: the ${snapshot.rows.length} rows folded from events are not the ${event.rowCount} rows the chain sealed; an event was missed or applied twice, index again from the deployment block`,
    );
  }
  return { ...table, latest: snapshot };
};

const identify = (
  table: OperatorTable,
  event: Extract<OperatorEvent, { readonly type: 'operator-registered' | 'session-key-rotated' }>,
): OperatorTable => {
  const { operator, sessionKey, nonce } = event;
  const known = table.identities.get(operator);
  const place = event.type === 'operator-registered' ? event : known;
  if (place === undefined) {
    throw new ProtocolError('BAD_SNAPSHOT', `${operator} rotated its keys but never registered: an event was missed`);
  }
  const isBound = isBindingValid(
    { ...table.source, operator, sessionKey, nonce },
    event.peerKey,
    event.bindingSignature,
  );
  const { operatorIndex, runtimeClass } = place;
  const identity = { operatorIndex, runtimeClass, sessionKey, peerKey: isBound ? event.peerKey : undefined };
  return { ...table, identities: new Map(table.identities).set(operator, identity) };
};

/**
 * The table after one event of block `blockNumber`. New keys, stake and reputation show from the next sealed epoch on:
 * a sealed snapshot never changes. Throws BAD_SNAPSHOT when the chain sealed other rows than the fold has.
 */
export const applyOperatorEvent = (table: OperatorTable, event: OperatorEvent, blockNumber: bigint): OperatorTable => {
  switch (event.type) {
    case 'operator-registered':
    case 'session-key-rotated':
      return identify(table, event);
    case 'stake-changed': {
      const stake = { activeWei: event.activeWei, roles: event.roles, isTombstoned: event.tombstoned };
      return { ...table, stakes: new Map(table.stakes).set(event.operator, stake) };
    }
    case 'reputation-set':
      return { ...table, reputations: new Map(table.reputations).set(event.operator, event.reputationBps) };
    case 'epoch-sealed':
      return seal(table, event, blockNumber);
  }
};
