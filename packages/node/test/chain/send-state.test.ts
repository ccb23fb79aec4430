import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Address, Bytes32 } from '@mlb/protocol';
import fc from 'fast-check';
import {
  NEW_TRACE,
  nextFees,
  nextSendStep,
  type Observation,
  type Trace,
  type TxEntry,
  type TxOutcome,
} from '../../src/chain/send-state.ts';

const HASH = Bytes32(`0x${'ab'.repeat(32)}`);
const ENTRY: TxEntry = {
  ...{ key: 'batch:12', to: Address(`0x${'01'.repeat(20)}`), data: '0x', valueWei: 0n, gas: 21_000n, nonce: 7 },
  ...{ attempts: [{ hash: HASH, raw: '0x', maxFeeWei: 100n, tipWei: 10n }], outcome: undefined },
};
const MINED: TxOutcome = { type: 'mined', status: 'success', hash: HASH, blockNumber: 5n, gasUsed: 1n, feeWei: 1n };
const POLICY = { confirmations: 3n, bumpAfterMs: 1000 };
const SENT: Trace = { ...NEW_TRACE, sentAtMs: 0 };
const waiting: Observation = { nowMs: 10, inclusion: undefined, accountNonce: 7, isInPool: true };

const stepOf = (trace: Trace, seen: Partial<Observation>): string =>
  nextSendStep(ENTRY, trace, { ...waiting, ...seen }, POLICY)[0].type;

test('a transaction in the pool is waited for, then its fee is raised', () => {
  assert.equal(stepOf(SENT, { nowMs: 999 }), 'wait');
  assert.equal(stepOf(SENT, { nowMs: 1000 }), 'bump');
});

test('what this process never sent, what fell out of the pool and what was reorged out is sent again at once', () => {
  assert.equal(stepOf(NEW_TRACE, {}), 'rebroadcast');
  assert.equal(stepOf(SENT, { isInPool: false }), 'rebroadcast');
  assert.equal(stepOf({ ...SENT, wasIncluded: true }, {}), 'rebroadcast');
});

test('an inclusion counts only when it is deep enough', () => {
  assert.equal(stepOf(SENT, { inclusion: { outcome: MINED, depth: 2n } }), 'wait');
  assert.equal(stepOf(SENT, { inclusion: { outcome: MINED, depth: 3n } }), 'finish');
});

test('a taken nonce is believed at the third look in a row, and forgotten when the transaction shows up', () => {
  const look = (trace: Trace, seen: Partial<Observation>) =>
    nextSendStep(ENTRY, trace, { ...waiting, ...seen }, POLICY);
  const [first, one] = look(SENT, { accountNonce: 8 });
  const [second, two] = look(one, { accountNonce: 8 });
  assert.deepEqual([first.type, second.type], ['wait', 'wait']);
  const [third] = look(two, { accountNonce: 8 });
  assert.equal(third.type === 'finish' && third.outcome.type, 'abandoned');
  const [, found] = look(two, { accountNonce: 8, inclusion: { outcome: MINED, depth: 1n } });
  assert.equal(found.nonceTakenCount, 0);
});

test('an underpriced attempt is not repeated but replaced', () => {
  assert.equal(stepOf({ ...SENT, isUnderpriced: true }, { isInPool: false }), 'bump');
});

const wei = fc.bigInt({ min: 1n, max: 10n ** 12n });
const fees = fc.record({ maxFeeWei: wei, tipWei: wei });

test('fees never exceed the cap, the tip never the fee, and a replacement pays a tenth more of both', () => {
  fc.assert(
    fc.property(fees, fc.option(fees, { nil: undefined }), wei, (estimate, before, capWei) => {
      const previous = before && { maxFeeWei: before.maxFeeWei + before.tipWei, tipWei: before.tipWei };
      const next = nextFees(estimate, previous, capWei);
      if (next === undefined) return;
      assert.ok(next.maxFeeWei <= capWei && next.tipWei <= next.maxFeeWei);
      if (previous === undefined) return;
      assert.ok(next.maxFeeWei * 10n >= previous.maxFeeWei * 11n);
      assert.ok(next.tipWei * 10n >= previous.tipWei * 11n);
    }),
  );
});
