import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import {
  type BatchLeaf,
  DECLINE,
  digestOf,
  leafToAbi,
  nobleSecp256k1,
  openBatch,
  type SeatSignature,
  type SettledTask,
  UNIT_WEI,
} from '@mlb/protocol';
import { type Hex, parseEventLogs } from 'viem';
import { escrowAbi, leafProofsAbi, settlementAbi } from '../../abi/index.ts';
import { createTestChain, type TestChain, type Wallet } from '../support/chain.ts';
import { change, forge, restate } from '../support/forge.ts';
import {
  accountOfKey,
  type ClaimedBatch,
  createFraudNetwork,
  type FraudNetwork,
  operatorName,
  secretOf,
  sessionName,
} from '../support/network.ts';
import { prove, refusalOf } from '../support/prove.ts';
import type { OrderChoice } from '../support/settled-task.ts';

/** IFraudProofs.LeafFault. */
const FAULTS = [
  'None',
  'Unsupported',
  'Redundancy',
  'Nonce',
  'ComputeUnits',
  'UnknownAccount',
  'Epoch',
  'OrderSignature',
  'Statement',
  'Committee',
  'LockedSet',
  'Signatures',
  'Quorum',
  'Charge',
  'Anchor',
  'Decline',
  'Draw',
  'Late',
] as const;
type LeafFault = (typeof FAULTS)[number];
const OPERATORS = 45;
const REQUESTERS = ['alice', 'bob'];

/** Every round, with and without seats that pass to substitutes. */
const CHOICES: readonly OrderChoice[] = [
  { requester: 'alice' },
  { requester: 'bob', declined: [0, 3] },
  { requester: 'alice', round: 1 },
  { requester: 'bob', round: 1, declined: [1, 2] },
  { requester: 'alice', round: 2, declined: [0, 1, 2, 3] },
  { requester: 'bob', round: 2, order: { redundancy: 6, tipPerSeat: 3n * UNIT_WEI } },
  { requester: 'alice', round: 1, order: { redundancy: 15 }, declined: [14] },
  // 45 operators less two that declined: 43 seats.
  { requester: 'bob', round: 2, order: { redundancy: 6 }, declined: [2, 4] },
];

describe('leaves of later rounds, and of seats that declined', () => {
  let chain: TestChain;
  let network: FraudNetwork;
  let watcher: Wallet;
  let honest: ClaimedBatch;
  let snapshotId: Hex;

  before(async () => {
    chain = await createTestChain();
    network = await createFraudNetwork(chain, { operators: OPERATORS, requesters: REQUESTERS });
    watcher = await chain.fundedWallet();
    honest = await network.build(await network.tasks(CHOICES));
  });
  beforeEach(async () => {
    snapshotId = await chain.testClient.snapshot();
  });
  afterEach(() => chain.testClient.revert({ id: snapshotId }));
  after(() => chain[Symbol.asyncDispose]());

  const target = (functionName: string) =>
    [network.deployment.addresses.leafProofs as Hex, leafProofsAbi, functionName] as const;
  const faultOf = async (leaf: BatchLeaf): Promise<readonly [LeafFault | undefined, number]> => {
    const { timestamp } = await chain.publicClient.getBlock();
    const args = [leafToAbi(leaf), honest.header.baseFee, timestamp] as const;
    const [fault, place] = await network.read<readonly [number, bigint]>(target('leafFaultOf'), ...args);
    return [FAULTS[fault], Number(place)];
  };
  /** The place in the batch of the task that was chosen as number `i`: batches sort by task id. */
  const placeOf = (i: number): number => {
    const { round = 0, declined = [], order } = CHOICES[i] as OrderChoice;
    return honest.leaves.findIndex(
      (leaf) =>
        leaf.certificate.statement.round === round &&
        leaf.declines.length === declined.length &&
        leaf.order.body.redundancy === (order?.redundancy ?? 4),
    );
  };
  const leafOf = (i: number): BatchLeaf => honest.leaves[placeOf(i)] as BatchLeaf;

  /** Convicts a batch with this leaf in place of choice `i`, by the rule alone and by any rule. */
  const assertInvalid = async (i: number, leaf: BatchLeaf, expected: LeafFault, seat?: number): Promise<void> => {
    const index = placeOf(i);
    const forged = forge(honest, { leaves: (leaves) => change(leaves, index, () => leaf) });
    const [fault, place] = await faultOf(leaf);
    assert.deepEqual([fault, place], [expected, seat ?? place]);
    const claim = await network.post(forged);
    const opening = openBatch({ leaves: forged.leaves, rows: forged.ledger.rows }).leaf(index);
    const named = [claim.posted, opening, FAULTS.indexOf(expected), BigInt(place)] as const;
    const id = await chain.testClient.snapshot();
    const { logs } = await network.send(watcher, target('proveLeafFault'), ...named);
    const [found] = parseEventLogs({ abi: leafProofsAbi, eventName: 'LeafFaultFound', logs });
    assert.deepEqual(found?.args, { index: 1n, leaf: index, fault: FAULTS.indexOf(expected) });
    await chain.testClient.revert({ id });
    await network.send(watcher, target('proveInvalidLeaf'), claim.posted, opening);
  };
  const otherRow = (leaf: BatchLeaf): number =>
    Array.from({ length: OPERATORS }, (_, row) => row).find((row) => !leaf.committee.includes(row)) ?? 0;

  test('honest ones break no rule, whichever is claimed', async () => {
    const claim = await network.post(honest);
    const openings = openBatch({ leaves: honest.leaves, rows: honest.ledger.rows });
    for (const [index, leaf] of honest.leaves.entries()) {
      assert.deepEqual(await faultOf(leaf), ['None', 0]);
      for (const fault of FAULTS.keys()) {
        const { length } = leaf.committee;
        const places =
          FAULTS[fault] === 'Draw'
            ? [...leaf.committee.keys(), length, length + 1]
            : FAULTS[fault] === 'Signatures' || FAULTS[fault] === 'Decline'
              ? [0, 1, leaf.certificate.signatures.length - 1, 99]
              : [0];
        for (const place of places) {
          const args = [claim.posted, openings.leaf(index), fault, BigInt(place)] as const;
          const proving = network.read(target('proveLeafFault'), ...args);
          assert.equal(await refusalOf(proving), 'NotFraud', `${FAULTS[fault]} at ${place} of leaf ${index}`);
        }
      }
    }
  });

  for (const [what, i, seat] of [
    ['a seat of the first round', 2, 1],
    ['the first fresh seat', 2, 4],
    ['the last seat', 2, 12],
    ['a fresh seat behind declines', 3, 9],
    ['a seat of the third round', 4, 31],
    ['the last of 44 seats', 5, 43],
    ['the last of all that did not decline', 7, 42],
  ] as const) {
    test(`${what} that was not drawn`, async () => {
      const leaf = leafOf(i);
      const committee = change(leaf.committee, seat, () => otherRow(leaf));
      await assertInvalid(i, restate(network.domain, leaf, {}, committee), 'Draw', seat);
    });
  }

  test('two fresh seats in the wrong order', async () => {
    const leaf = leafOf(2);
    const [one, other] = [leaf.committee[6] ?? 0, leaf.committee[7] ?? 0];
    const swapped = leaf.committee.with(6, other).with(7, one);
    await assertInvalid(2, restate(network.domain, leaf, {}, swapped), 'Draw', 6);
  });

  test('a seat too few, and the seats of another round', async () => {
    const leaf = leafOf(5);
    const short = leaf.committee.slice(0, 43);
    await assertInvalid(5, restate(network.domain, leaf, { seatCount: 43 }, short), 'LockedSet');
    await chain.testClient.revert({ id: snapshotId });
    snapshotId = await chain.testClient.snapshot();
    await assertInvalid(2, restate(network.domain, leafOf(2), { round: 2 }), 'Draw', 13);
  });

  test('a round past the last, and a committee of more seats than any round has', async () => {
    const leaf = leafOf(5);
    await assertInvalid(5, restate(network.domain, leaf, { round: 3 }), 'Statement');
    await chain.testClient.revert({ id: snapshotId });
    snapshotId = await chain.testClient.snapshot();
    const many = [...leaf.committee, otherRow(leaf)];
    await assertInvalid(5, restate(network.domain, leaf, { seatCount: 45 }, many), 'Committee');
  });

  test('a decline that the drawn operator has not signed, of another task, or that names no seat', async () => {
    const leaf = leafOf(3);
    const { taskId } = leaf.certificate.statement;
    const sign = (row: number, by: { readonly seat: number; readonly taskId?: typeof taskId }): SeatSignature => {
      const digest = digestOf(network.domain, DECLINE, { taskId, round: 0, ...by });
      return { seat: by.seat, signature: nobleSecp256k1.sign(digest, secretOf(sessionName(row))) };
    };
    const substitute = leaf.committee[2] ?? 0;
    const elsewhere = leafOf(1).certificate.statement.taskId;
    const [one, other] = leaf.declines as readonly [SeatSignature, SeatSignature];
    const cases: readonly (readonly [number, readonly SeatSignature[]])[] = [
      [1, [one, sign(substitute, { seat: 2 })]],
      [1, [one, sign(substitute, { seat: 2, taskId: elsewhere })]],
      [1, [one, { ...other, seat: 4 }]],
      [1, [other, one]],
      [1, [one, one]],
    ];
    for (const [place, declines] of cases) {
      await assertInvalid(3, { ...leaf, declines }, 'Decline', place);
      await chain.testClient.revert({ id: snapshotId });
      snapshotId = await chain.testClient.snapshot();
    }
  });

  test('a substitute without a decline, and a decline whose seat stays', async () => {
    const leaf = leafOf(1);
    await assertInvalid(1, { ...leaf, declines: leaf.declines.slice(0, 1) }, 'Draw', 3);
    await chain.testClient.revert({ id: snapshotId });
    snapshotId = await chain.testClient.snapshot();
    const committee = leaf.committee.with(3, otherRow(leaf));
    await assertInvalid(1, restate(network.domain, leaf, {}, committee), 'Draw', 3);
  });

  test('one signature of somebody else among many, and a union below 70 %', async () => {
    const leaf = leafOf(5);
    const { certificate } = leaf;
    const { signatures } = certificate;
    const wrong = change(signatures, 17, (one) => ({ ...one, signature: signatures[0]?.signature ?? one.signature }));
    await assertInvalid(5, { ...leaf, certificate: { ...certificate, signatures: wrong } }, 'Signatures', 17);
    await chain.testClient.revert({ id: snapshotId });
    snapshotId = await chain.testClient.snapshot();
    // 30 of 44 are 68 %.
    const few = { ...certificate, signatures: signatures.slice(0, 30) };
    await assertInvalid(5, { ...leaf, certificate: few }, 'Quorum');
  });

  test('every movement of a dispute is what the protocol pays: none of its rows can be proven wrong', async () => {
    const claim = await network.post(honest);
    for (const [index, leaf] of honest.leaves.entries()) {
      for (const [slot, row] of leaf.ledgerRows.entries()) {
        const fraud = { type: 'entry-mismatch', leaf: index, slot, row } as const;
        assert.equal(await refusalOf(prove(network, watcher, { batch: honest, claim, fraud })), 'NotFraud');
      }
    }
  });

  test('one that no batch takes settles alone, at the price of the first committee', async () => {
    const operator = await chain.fundedWallet(accountOfKey(operatorName(0)));
    const [task] = (await network.tasks([{ requester: 'alice', round: 1, declined: [1] }])) as [SettledTask];
    const batch = await network.build([task]);
    const leaf = leafToAbi(batch.leaves[0] as BatchLeaf);
    await network.send(operator, target('requestSettle'), task.certificate.statement.taskId);
    await chain.testClient.increaseTime({ seconds: 3600 });
    const { logs } = await network.send(operator, target('settleOne'), leaf);
    const [item] = parseEventLogs({ abi: settlementAbi, eventName: 'ItemSettled', logs });
    assert.equal(item?.args.treasuryUnits, batch.header.treasuryUnits);
    assert.equal(item?.args.burnUnits, batch.header.burnUnits);
    const escrow = [network.deployment.addresses.escrow, escrowAbi, 'accountOf'] as const;
    assert.notEqual(await network.read<number>(escrow, operator.account.address), 0);
  });
});
