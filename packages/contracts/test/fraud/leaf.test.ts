import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import {
  type BatchLeaf,
  BlockHash,
  digestOf,
  drawCommittee,
  type Fraud,
  nobleSecp256k1,
  type SettledTask,
  seedOf,
  TASK_ORDER,
  type TaskOrder,
  taskIdOf,
  UNIT_WEI,
} from '@mlb/protocol';
import { type Hex, keccak256, parseEventLogs, toRlp } from 'viem';
import { blockHashesAbi, leafProofsAbi, settlementAbi } from '../../abi/index.ts';
import { createTestChain, type TestChain, type Wallet } from '../support/chain.ts';
import { change, forge, restate as restated } from '../support/forge.ts';
import { type ClaimedBatch, createFraudNetwork, type FraudNetwork, SEED_LAG, secretOf } from '../support/network.ts';
import { prove, proveByRule, refusalOf } from '../support/prove.ts';

/** IFraudProofs.LeafFault. */
const FAULTS = {
  Unsupported: 1,
  Redundancy: 2,
  Nonce: 3,
  ComputeUnits: 4,
  UnknownAccount: 5,
  Epoch: 6,
  OrderSignature: 7,
  Statement: 8,
  Committee: 9,
  LockedSet: 10,
  Signatures: 11,
  Quorum: 12,
  Charge: 13,
  Anchor: 14,
  Decline: 15,
  Draw: 16,
  Late: 17,
} as const;
const REQUESTERS = ['alice', 'bob', 'carol'];

describe('a leaf that breaks a rule by itself', () => {
  let chain: TestChain;
  let network: FraudNetwork;
  let watcher: Wallet;
  let honest: ClaimedBatch;
  let tasks: readonly SettledTask[];
  let snapshotId: Hex;

  before(async () => {
    chain = await createTestChain();
    network = await createFraudNetwork(chain, { operators: 8, requesters: REQUESTERS });
    watcher = await chain.fundedWallet();
    tasks = await network.tasks(REQUESTERS.map((requester) => ({ requester })));
    honest = await network.build(tasks);
  });
  beforeEach(async () => {
    snapshotId = await chain.testClient.snapshot();
  });
  afterEach(() => chain.testClient.revert({ id: snapshotId }));
  after(() => chain[Symbol.asyncDispose]());

  const fraud: Fraud = { type: 'invalid-leaf', leaf: 1, code: 'BAD_CERTIFICATE' };
  const postWith = async (by: (leaf: BatchLeaf) => BatchLeaf) => {
    const batch = forge(honest, { leaves: (leaves) => change(leaves, 1, by) });
    return { batch, claim: await network.post(batch), fraud };
  };
  const assertInvalid = async (fault: keyof typeof FAULTS, by: (leaf: BatchLeaf) => BatchLeaf): Promise<void> => {
    const posted = await postWith(by);
    const id = await chain.testClient.snapshot();
    const named = await proveByRule(network, watcher, { ...posted, leaf: 1 });
    assert.equal(parseEventLogs({ abi: leafProofsAbi, eventName: 'FraudProven', logs: named.logs }).length, 1);
    await chain.testClient.revert({ id });
    const { logs } = await prove(network, watcher, posted);
    const [proven] = parseEventLogs({ abi: leafProofsAbi, eventName: 'FraudProven', logs });
    assert.equal(proven?.args.reporter, watcher.account.address);
    const [found] = parseEventLogs({ abi: leafProofsAbi, eventName: 'LeafFaultFound', logs });
    assert.deepEqual(found?.args, { index: 1n, leaf: 1, fault: FAULTS[fault] });
  };
  const requesterOf = (leaf: BatchLeaf): string =>
    REQUESTERS.find((name) => nobleSecp256k1.addressOf(secretOf(name)) === leaf.order.body.requester) ?? '';

  /** The same leaf with another order, signed again by requester and committee as if it were their own. */
  const reorder = (leaf: BatchLeaf, by: Partial<TaskOrder>): BatchLeaf => {
    const body = { ...leaf.order.body, ...by };
    const signature = nobleSecp256k1.sign(digestOf(network.domain, TASK_ORDER, body), secretOf(requesterOf(leaf)));
    return restate({ ...leaf, order: { body, signature } }, { taskId: taskIdOf(network.domain, body) });
  };
  const restate = (leaf: BatchLeaf, by: Parameters<typeof restated>[2], committee?: readonly number[]): BatchLeaf =>
    restated(network.domain, leaf, by, committee);

  for (const [what, fault, by] of [
    ['flags that are not defined', 'Unsupported', { flags: 1 }],
    ['a tolerance class', 'Unsupported', { tolClass: 1 }],
    ['an unknown kind of input', 'Unsupported', { inputKind: 2 }],
    ['two seats', 'Redundancy', { redundancy: 2 }],
    ['sixteen seats', 'Redundancy', { redundancy: 16 }],
    ['a nonce of 2^40', 'Nonce', { nonce: 2n ** 40n }],
    ['fewer compute units than the model costs', 'ComputeUnits', { computeUnits: 999_999 }],
    ['an unknown model', 'ComputeUnits', { modelId: `0x${'77'.repeat(32)}` as TaskOrder['modelId'] }],
    ['a fee below its charge', 'Charge', { maxFee: 1000n }],
    ['an anchor before the first epoch', 'Epoch', { anchorBlock: 1n }],
    ['a false anchor hash', 'Anchor', { anchorHash: `0x${'77'.repeat(32)}` as TaskOrder['anchorHash'] }],
  ] as const) {
    test(`an order with ${what}`, () => assertInvalid(fault, (leaf) => reorder(leaf, by)));
  }

  test('an order whose requester has no account', () =>
    assertInvalid('UnknownAccount', (leaf) => {
      const body = { ...leaf.order.body, requester: nobleSecp256k1.addressOf(secretOf('stranger')) };
      const taskId = taskIdOf(network.domain, body);
      return restate(
        { ...leaf, order: { body, signature: nobleSecp256k1.sign(taskId, secretOf('stranger')) } },
        { taskId },
      );
    }));

  test('an order that its requester has not signed', () =>
    assertInvalid('OrderSignature', (leaf) => {
      const body = { ...leaf.order.body, tipPerSeat: UNIT_WEI };
      return restate({ ...leaf, order: { ...leaf.order, body } }, { taskId: taskIdOf(network.domain, body) });
    }));

  test('a high-s order signature', () =>
    assertInvalid('OrderSignature', (leaf) => {
      const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
      const { signature } = leaf.order;
      const word = BigInt(`0x${Buffer.from(signature.subarray(32)).toString('hex')}`);
      const parity = word >> 255n;
      const flipped = (order - (word & ((1n << 255n) - 1n))) | ((1n - parity) << 255n);
      const s = Buffer.from(flipped.toString(16).padStart(64, '0').slice(-64), 'hex');
      return { ...leaf, order: { ...leaf.order, signature: Uint8Array.from([...signature.subarray(0, 32), ...s]) } };
    }));

  for (const [what, fault, by] of [
    [
      'another task',
      'Statement',
      { taskId: `0x${'77'.repeat(32)}` as BatchLeaf['certificate']['statement']['taskId'] },
    ],
    ['round 1 without its seats', 'Draw', { round: 1 }],
    ['round 3', 'Statement', { round: 3 }],
    ['another number of seats', 'Statement', { seatCount: 5 }],
    ['an epoch to come', 'Epoch', { epoch: 2n }],
    [
      'another lock root',
      'LockedSet',
      { lockRoot: `0x${'77'.repeat(32)}` as BatchLeaf['certificate']['statement']['lockRoot'] },
    ],
  ] as const) {
    test(`a statement about ${what}`, () => assertInvalid(fault, (leaf) => restate(leaf, by)));
  }

  test('a certificate of two seats, and of none', async () => {
    for (const count of [2, 0]) {
      await assertInvalid('Quorum', (leaf) => ({
        ...leaf,
        certificate: { ...leaf.certificate, signatures: leaf.certificate.signatures.slice(0, count) },
      }));
      await chain.testClient.revert({ id: snapshotId });
      snapshotId = await chain.testClient.snapshot();
    }
  });

  test('three signatures where five seats were drawn: 60 %', async () => {
    const [task] = await network.tasks([{ requester: 'alice', order: { redundancy: 5 } }]);
    const batch = await network.build([task as SettledTask]);
    const [leaf] = batch.leaves as readonly [BatchLeaf];
    const weak = {
      ...leaf,
      certificate: { ...leaf.certificate, signatures: leaf.certificate.signatures.slice(0, 3) },
    };
    const forged = forge(batch, { leaves: () => [weak] });
    const claim = await network.post(forged);
    await prove(network, watcher, { batch: forged, claim, fraud: { ...fraud, leaf: 0 } as Fraud });
  });

  test('a signature of somebody else, one twice, and one of a seat that is not locked', async () => {
    const signed = (leaf: BatchLeaf, signatures: BatchLeaf['certificate']['signatures']): BatchLeaf => ({
      ...leaf,
      certificate: { ...leaf.certificate, signatures },
    });
    const another = (committee: readonly number[]) => change(committee, 0, (row) => (row + 1) % 8);
    const cases: readonly (readonly [keyof typeof FAULTS, (leaf: BatchLeaf) => BatchLeaf])[] = [
      ['Signatures', (leaf) => restate(leaf, {}, another(leaf.committee))],
      ['LockedSet', (leaf) => signed(leaf, [...leaf.certificate.signatures, ...leaf.certificate.signatures.slice(3)])],
      [
        'LockedSet',
        (leaf) =>
          signed(
            leaf,
            change(leaf.certificate.signatures, 3, (one) => ({ ...one, seat: 9 })),
          ),
      ],
    ];
    for (const [fault, by] of cases) {
      await assertInvalid(fault, (leaf) => ({ ...by(leaf), committee: leaf.committee }));
      await chain.testClient.revert({ id: snapshotId });
      snapshotId = await chain.testClient.snapshot();
    }
  });

  test('a committee that was not drawn, whoever signed', () =>
    assertInvalid('Draw', (leaf) => {
      const others = Array.from({ length: 8 }, (_, row) => row).filter((row) => !leaf.committee.includes(row));
      return restate(leaf, {}, others.slice(0, 4));
    }));

  test('a committee with a row that the table does not have, or a seat too few', async () => {
    await assertInvalid('Committee', (leaf) => ({ ...leaf, committee: change(leaf.committee, 2, () => 8) }));
    await chain.testClient.revert({ id: snapshotId });
    snapshotId = await chain.testClient.snapshot();
    await assertInvalid('Committee', (leaf) => ({ ...leaf, committee: leaf.committee.slice(1) }));
  });

  test('a leaf that comes ten minutes after its deadline reverts the batch and costs nobody stake', async () => {
    const { header } = honest;
    await chain.testClient.increaseTime({ seconds: 1300 });
    const claim = await network.post(honest);
    await prove(network, watcher, { batch: honest, claim, fraud });
    const { settlement } = network.deployment.addresses;
    const conviction = await network.read<{ proposerBps: number; signerBps: number }>(
      [settlement, settlementAbi, 'convictionOf'],
      header.index,
    );
    assert.deepEqual([conviction.proposerBps, conviction.signerBps], [0, 0]);
  });

  test('a leaf inside the grace is not late', async () => {
    await chain.testClient.increaseTime({ seconds: 900 });
    const claim = await network.post(honest);
    assert.equal(await refusalOf(prove(network, watcher, { batch: honest, claim, fraud })), 'NotFraud');
  });

  test('a seed block that the chain forgot and nobody noted convicts nobody', async () => {
    const forged = forge(honest, {
      leaves: (leaves) =>
        change(leaves, 1, (leaf) => {
          const others = Array.from({ length: 8 }, (_, row) => row).filter((row) => !leaf.committee.includes(row));
          return restate(leaf, {}, others.slice(0, 4));
        }),
    });
    await chain.testClient.mine({ blocks: 8300 });
    const seedBlock = (honest.leaves[1]?.order.body.anchorBlock ?? 0n) + BigInt(SEED_LAG);
    const claim = await network.post(forged);
    const proving = () => prove(network, watcher, { batch: forged, claim, fraud });
    assert.equal(await refusalOf(proving()), 'SeedBlockUnknown');

    const { blockHashes } = network.deployment.addresses;
    const note = [blockHashes as Hex, blockHashesAbi, 'note'] as const;
    assert.equal(await refusalOf(network.send(watcher, note, seedBlock)), 'BlockUnknown');
  });

  test('a block noted in time, and its parents by their headers, stay known', async () => {
    const { blockHashes } = network.deployment.addresses;
    const head = await chain.publicClient.getBlockNumber();
    await network.send(watcher, [blockHashes as Hex, blockHashesAbi, 'note'], head);
    const headers = await Promise.all([0n, 1n, 2n].map((back) => rlpHeader(chain, head - back)));
    assert.equal(keccak256(headers[0] as Hex), (await chain.publicClient.getBlock({ blockNumber: head })).hash);
    const noteParents = [blockHashes as Hex, blockHashesAbi, 'noteParents'] as const;
    assert.equal(await refusalOf(network.send(watcher, noteParents, head, headers.toReversed())), 'NotTheHeader');
    await network.send(watcher, noteParents, head, headers);
    await chain.testClient.mine({ blocks: 9000 });
    const known = await network.read<Hex>([blockHashes as Hex, blockHashesAbi, 'hashOf'], head - 3n);
    assert.equal(known, (await chain.publicClient.getBlock({ blockNumber: head - 3n })).hash);
  });

  test('the contract draws the committee that the protocol draws', async () => {
    // Every leaf of an honest batch survives proveInvalidLeaf, whose last check is the draw.
    const list = await network.tasks(
      Array.from({ length: 12 }, (_, i) => ({
        requester: REQUESTERS[i % 3] ?? '',
        order: { redundancy: 3 + (i % 5) },
      })),
    );
    const batch = await network.build(list);
    const claim = await network.post(batch);
    for (const leaf of batch.leaves.keys()) {
      const proving = prove(network, watcher, { batch, claim, fraud: { ...fraud, leaf } as Fraud });
      assert.equal(await refusalOf(proving), 'NotFraud');
    }
    const [first] = batch.leaves;
    const body = first?.order.body as TaskOrder;
    const { hash } = await chain.publicClient.getBlock({ blockNumber: body.anchorBlock + BigInt(SEED_LAG) });
    const seed = seedOf({
      domain: network.domain,
      taskId: taskIdOf(network.domain, body),
      round: 0,
      blockHash: BlockHash(hash),
    });
    const exclude = [body.requester, nobleSecp256k1.addressOf(secretOf('provider'))];
    const seats = drawCommittee({ seed, snapshot: network.snapshot, redundancy: body.redundancy, exclude });
    assert.deepEqual(
      seats?.map(({ row }) => row),
      first?.committee,
    );
  });
});

const rlpHeader = async (chain: TestChain, blockNumber: bigint): Promise<Hex> => {
  const raw = (await chain.publicClient.request({
    method: 'eth_getBlockByNumber',
    params: [`0x${blockNumber.toString(16)}`, false],
  })) as unknown as Record<string, Hex>;
  const number = (value: Hex | undefined): Hex => {
    const digits = BigInt(value ?? 0).toString(16);
    return digits === '0' ? '0x' : `0x${digits.length % 2 === 0 ? '' : '0'}${digits}`;
  };
  const fields: readonly (Hex | undefined)[] = [
    raw.parentHash,
    raw.sha3Uncles,
    raw.miner,
    raw.stateRoot,
    raw.transactionsRoot,
    raw.receiptsRoot,
    raw.logsBloom,
    number(raw.difficulty),
    number(raw.number),
    number(raw.gasLimit),
    number(raw.gasUsed),
    number(raw.timestamp),
    raw.extraData,
    raw.mixHash,
    raw.nonce,
    number(raw.baseFeePerGas),
    raw.withdrawalsRoot,
    ...(raw.blobGasUsed === undefined ? [] : [number(raw.blobGasUsed)]),
    ...(raw.excessBlobGas === undefined ? [] : [number(raw.excessBlobGas)]),
    raw.parentBeaconBlockRoot,
    raw.requestsHash,
  ];
  return toRlp(fields.filter((field) => field !== undefined));
};
