import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ed25519 } from '@noble/curves/ed25519.js';
import {
  type Address,
  applyOperatorEvent,
  attesterWeight,
  bindingDigest,
  emptyOperatorTable,
  fromHex,
  isBindingValid,
  isOperatorEvent,
  type OperatorEvent,
  type OperatorTable,
  ProtocolError,
  ROLE_COMPUTE,
  ROLE_MODEL,
  ROLE_VERIFIER,
  type Snapshot,
  snapshotRowsBytes,
  snapshotRowsHash,
  toHex,
  totalAttesterWeight,
} from '../../src/index.ts';
import { peerKeyOf, peerSecretOf, REGISTRY, rowOf, someAddress } from '../fixture/network.ts';

const SOURCE = { chainId: 31337, registry: REGISTRY };
const MLB = 10n ** 18n;

const keysOf = (name: string, nonce: bigint, signer = name) => {
  const operator = someAddress(name);
  const sessionKey = someAddress(`${name} session ${nonce}`);
  const digest = bindingDigest({ ...SOURCE, operator, sessionKey, nonce });
  const bindingSignature = ed25519.sign(fromHex(digest), peerSecretOf(signer));
  return { operator, sessionKey, nonce, peerKey: peerKeyOf(name), bindingSignature };
};

const registered = (name: string, operatorIndex: number, signer = name): OperatorEvent => ({
  type: 'operator-registered',
  operatorIndex,
  runtimeClass: 0,
  ...keysOf(name, 0n, signer),
});
const rotated = (name: string, nonce: bigint): OperatorEvent => ({
  type: 'session-key-rotated',
  ...keysOf(name, nonce),
});
const staked = (name: string, mlb: bigint, roles = ROLE_COMPUTE, tombstoned = false): OperatorEvent => ({
  type: 'stake-changed',
  operator: someAddress(name),
  activeWei: mlb * MLB,
  unbondingWei: 0n,
  roles,
  tombstoned,
});

const fold = (events: readonly OperatorEvent[], from: OperatorTable = emptyOperatorTable(SOURCE)): OperatorTable =>
  events.reduce((table, event) => applyOperatorEvent(table, event, 7n), from);

/** Seals what the chain would seal if it agreed with `rows`. */
const sealOf = (epoch: bigint, rows: Snapshot['rows']): OperatorEvent => ({
  type: 'epoch-sealed',
  epoch,
  rowCount: rows.length,
  totalWeight: totalAttesterWeight({ rows }),
  rowsHash: snapshotRowsHash({ rows }),
});

const rowFor = (name: string, operatorIndex: number, session = 0n) =>
  rowOf(operatorIndex, {
    operator: someAddress(name),
    sessionKey: someAddress(`${name} session ${session}`),
    peerKey: peerKeyOf(name),
  });

const sealed = (table: OperatorTable): Snapshot => {
  assert.ok(table.latest);
  return table.latest;
};

test('a sealed epoch holds the registered operators with enough stake, in registry order', () => {
  const rows = [rowFor('a', 0), rowFor('b', 1)];
  const table = fold([
    registered('a', 0),
    registered('b', 1),
    registered('poor', 2),
    staked('b', 50_000n),
    staked('a', 50_000n),
    staked('poor', 49_999n),
    staked('unregistered', 50_000n),
    sealOf(1n, rows),
  ]);
  assert.deepEqual(sealed(table), { epoch: 1n, sealedAtBlock: 7n, rows });
});

test('several roles need the sum of their minimums, and model providers alone are not in the table', () => {
  const both = ROLE_COMPUTE | ROLE_VERIFIER;
  const rows = [{ ...rowFor('enough', 0), stakeMlb: 75_000, roles: both }];
  const table = fold([
    registered('enough', 0),
    registered('short', 1),
    registered('provider', 2),
    staked('enough', 75_000n, both),
    staked('short', 74_999n, both),
    staked('provider', 90_000n, ROLE_MODEL),
    sealOf(1n, rows),
  ]);
  assert.deepEqual(sealed(table).rows, rows);
});

test('stake above four lots does not count, and a fraction of an MLB neither', () => {
  const rows = [
    { ...rowFor('whale', 0), stakeMlb: 200_000 },
    { ...rowFor('odd', 1), stakeMlb: 50_000 },
  ];
  const odd = { ...staked('odd', 50_000n), activeWei: 50_001n * MLB - 1n } as OperatorEvent;
  const table = fold([
    registered('whale', 0),
    registered('odd', 1),
    staked('whale', 9_000_000n),
    odd,
    sealOf(1n, rows),
  ]);
  assert.deepEqual(sealed(table).rows, rows);
});

test('a tombstoned operator is gone from the next epoch', () => {
  const rows = [rowFor('a', 0)];
  const before = fold([registered('a', 0), staked('a', 50_000n), sealOf(1n, rows)]);
  const after = fold([staked('a', 0n, ROLE_COMPUTE, true), sealOf(2n, [])], before);
  assert.deepEqual(sealed(before).rows, rows);
  assert.deepEqual(sealed(after).rows, []);
});

test('a rotated session key shows from the next sealed epoch on', () => {
  const start = [registered('a', 0), staked('a', 50_000n), sealOf(1n, [rowFor('a', 0)])];
  const first = fold([...start, rotated('a', 1n)]);
  const second = fold([sealOf(2n, [rowFor('a', 0, 1n)])], first);
  assert.equal(sealed(first).rows[0]?.sessionKey, someAddress('a session 0'));
  assert.equal(sealed(second).rows[0]?.sessionKey, someAddress('a session 1'));
});

test('an operator whose peer key did not sign the binding keeps its row but has no peer', () => {
  const rows = [{ ...rowFor('a', 0), peerKey: undefined }];
  const table = fold([registered('a', 0, 'an impostor'), staked('a', 50_000n), sealOf(1n, rows)]);
  assert.equal(sealed(table).rows[0]?.peerKey, undefined);
});

test('a binding is good for one chain, registry, operator, session key and nonce', () => {
  const { operator, sessionKey, nonce, peerKey, bindingSignature } = keysOf('a', 3n);
  const binding = { ...SOURCE, operator, sessionKey, nonce };
  assert.equal(isBindingValid(binding, peerKey, bindingSignature), true);
  const other: Address = someAddress('other');
  for (const change of [
    { chainId: 1 },
    { registry: other },
    { operator: other },
    { sessionKey: other },
    { nonce: 4n },
  ]) {
    assert.equal(isBindingValid({ ...binding, ...change }, peerKey, bindingSignature), false);
  }
  assert.equal(isBindingValid(binding, peerKey, bindingSignature.subarray(1)), false);
});

test('reputation of the chain replaces the newcomer reputation', () => {
  const rows = [{ ...rowFor('a', 0), reputationBps: 8000 }];
  const reputation: OperatorEvent = { type: 'reputation-set', operator: someAddress('a'), reputationBps: 8000 };
  const table = fold([registered('a', 0), staked('a', 50_000n), reputation, sealOf(1n, rows)]);
  assert.equal(attesterWeight(sealed(table).rows[0] as never), 50_000n * 8000n);
});

test('a fold that differs from what the chain sealed is refused, whichever figure differs', () => {
  const rows = [rowFor('a', 0)];
  const table = fold([registered('a', 0), staked('a', 50_000n)]);
  const good = sealOf(1n, rows);
  for (const change of [{ rowCount: 2 }, { totalWeight: 1n }, { rowsHash: snapshotRowsHash({ rows: [] }) }]) {
    assert.throws(
      () => applyOperatorEvent(table, { ...good, ...change } as OperatorEvent, 7n),
      (error) => error instanceof ProtocolError && error.code === 'BAD_SNAPSHOT',
    );
  }
});

test('a row packs into 32 bytes: key, stake, reputation, roles, runtime class, index', () => {
  const row = rowOf(258, { stakeMlb: 200_000, reputationBps: 10_000, roles: 6, runtimeClass: 1 });
  assert.equal(toHex(snapshotRowsBytes({ rows: [row] })), `${row.sessionKey}00030d402710060100000102`);
});

test('other events of the chain are told apart', () => {
  assert.equal(isOperatorEvent(staked('a', 1n)), true);
  assert.equal(isOperatorEvent({ type: 'slashed' }), false);
});
