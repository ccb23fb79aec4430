import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import {
  Address,
  applyDuties,
  type DutyOutcome,
  dayOfSlot,
  OFFENSE_DOWNTIME,
  OFFENSE_WRONG_RESULT,
  type ReputationTable,
  reputationOf,
  reputationProofOf,
  reputationRootOf,
  reputationRowWord,
  type SlashRow,
  slashesRootOf,
  slashProofOf,
  slashRowBps,
  toHex,
  ZERO_BYTES32,
} from '@mlb/protocol';
import { type Hex, parseEther, parseEventLogs } from 'viem';
import { operatorRegistryAbi, settlementAbi, slasherAbi, stakeManagerAbi } from '../../abi/index.ts';
import { createTestChain, type TestChain, type Wallet } from '../support/chain.ts';
import { forge } from '../support/forge.ts';
import {
  accountOfKey,
  type ClaimedBatch,
  createFraudNetwork,
  type FraudNetwork,
  operatorName,
  type PostedClaim,
  WINDOW_SEC,
} from '../support/network.ts';
import { refusalOf } from '../support/prove.ts';

const OPERATORS = 8;
const SLOTS_PER_DAY = 1440n;
const operatorAt = (i: number): Address => Address(accountOfKey(operatorName(i)).address.toLowerCase());

/** Duties of two days, after which nobody's score is another's. */
const tableOf = (): ReputationTable => {
  const outcomes: readonly DutyOutcome[] = ['good', 'wrong', 'miss', 'withheld'];
  const dutiesOn = (day: number) =>
    Array.from({ length: 40 }, (_, i) => {
      const operatorIndex = (3 * i + day) % (OPERATORS - 1);
      return { operatorIndex, outcome: operatorIndex < 4 ? ('good' as const) : (outcomes[i % 4] ?? 'good') };
    });
  return [3, 9].reduce((table, day) => applyDuties(table, { day, duties: dutiesOn(day) }), [] as ReputationTable);
};

describe('what a final batch says about operators', () => {
  let chain: TestChain;
  let network: FraudNetwork;
  let anyone: Wallet;
  let snapshotId: Hex;

  before(async () => {
    chain = await createTestChain();
    network = await createFraudNetwork(chain, { operators: OPERATORS, requesters: ['alice'] });
    anyone = await chain.fundedWallet();
  });
  beforeEach(async () => {
    snapshotId = await chain.testClient.snapshot();
  });
  afterEach(() => chain.testClient.revert({ id: snapshotId }));
  after(() => chain[Symbol.asyncDispose]());

  const registry = (name: string) =>
    [network.deployment.addresses.operatorRegistry, operatorRegistryAbi, name] as const;
  const slasher = (name: string) => [network.deployment.addresses.slasher as Hex, slasherAbi, name] as const;
  const post = async (header: Partial<ClaimedBatch['header']>): Promise<PostedClaim> => {
    const batch = await network.build(await network.tasks([{ requester: 'alice' }]));
    return network.post(forge(batch, { header }));
  };
  const final = async (header: Partial<ClaimedBatch['header']>): Promise<PostedClaim> => {
    const claim = await post(header);
    await chain.testClient.increaseTime({ seconds: WINDOW_SEC });
    await chain.testClient.mine({ blocks: 1 });
    return claim;
  };
  const sourceOf = ({ posted }: PostedClaim, proof: readonly Hex[]) => ({
    header: posted.header,
    certificateHash: posted.certificateHash,
    proof,
  });
  const proveReputation = (claim: PostedClaim, table: ReputationTable, operatorIndex: number) => {
    const { row, index, rowCount, root, proof } = reputationProofOf(table, operatorIndex);
    const standing = { row: toHex(reputationRowWord(row)), index, rowCount, root };
    return network.send(anyone, registry('proveReputation'), standing, sourceOf(claim, proof));
  };

  for (const slot of [9n * SLOTS_PER_DAY, 41n * SLOTS_PER_DAY + 7n]) {
    test(`reputations of day ${slot / SLOTS_PER_DAY} are those of the protocol, and the next epoch has them`, async () => {
      const table = tableOf();
      assert.equal(table.length, OPERATORS - 1);
      const claim = await final({ slot, reputationRoot: reputationRootOf(table) });
      for (const { operatorIndex } of table) {
        const { logs } = await proveReputation(claim, table, operatorIndex);
        const [set] = parseEventLogs({ abi: operatorRegistryAbi, eventName: 'ReputationSet', logs });
        const expected = reputationOf(table, operatorIndex, dayOfSlot(slot, SLOTS_PER_DAY));
        assert.equal(set?.args.operator.toLowerCase(), operatorAt(operatorIndex));
        assert.equal(set?.args.reputationBps, expected);
      }
      await network.send(anyone, registry('sealEpoch'));
      const rows = Buffer.from((await network.read<Hex>(registry('rowsOf'), 2n)).slice(2), 'hex');
      const sealed = Array.from({ length: OPERATORS }, (_, i) => rows.readUInt16BE(i * 32 + 24));
      const today = dayOfSlot(slot, SLOTS_PER_DAY);
      assert.deepEqual(
        sealed,
        Array.from({ length: OPERATORS }, (_, i) => reputationOf(table, i, today)),
      );
    });
  }

  test('a table of a batch that may still be overturned says nothing yet', async () => {
    const table = tableOf();
    const claim = await post({ reputationRoot: reputationRootOf(table) });
    assert.equal(await refusalOf(proveReputation(claim, table, 0)), 'NotFinal');
  });

  const rowOf = (by: Partial<SlashRow>): SlashRow => ({
    operator: operatorAt(0),
    offense: OFFENSE_WRONG_RESULT,
    evidence: ZERO_BYTES32,
    seats: 13,
    foundWrongBps: 0,
    signedOverturned: true,
    missBps: 0,
    reporter: Address(anyone.account.address.toLowerCase()),
    judges: [],
    ...by,
  });
  const stakeOf = (i: number) =>
    network.read<{ readonly active: bigint; readonly jailedUntilSec: bigint }>(
      [network.deployment.addresses.stakeManager, stakeManagerAbi, 'stakeOf'],
      operatorAt(i),
    );

  test('verdicts of the protocol are executed: a wrong result costs its share, a first downtime a day', async () => {
    const judges = Array.from({ length: 44 }, (_, i) => Address(`0x${(0x1d60 + i).toString(16).padStart(40, '0')}`));
    const wrong = rowOf({ judges });
    const down = rowOf({ operator: operatorAt(1), offense: OFFENSE_DOWNTIME, seats: 0, missBps: 6000 });
    const rows = [wrong, down, rowOf({ operator: operatorAt(2) })];
    const claim = await final({ slashesRoot: slashesRootOf(rows) });
    const execute = (row: SlashRow) =>
      network.send(anyone, slasher('execute'), row, sourceOf(claim, slashProofOf(rows, row)));
    const stake = parseEther('50000');

    await execute(wrong);
    const bps = BigInt(slashRowBps(wrong, 0));
    const taken = (stake * bps) / 10_000n;
    assert.equal((await stakeOf(0)).active, stake - taken);
    const owed = await network.read<bigint>(
      [network.deployment.addresses.stakeManager, stakeManagerAbi, 'owedOf'],
      judges[43],
    );
    assert.equal(owed, taken / 5n / 44n);

    await execute(down);
    assert.equal((await stakeOf(1)).active, stake);
    assert.ok((await stakeOf(1)).jailedUntilSec > 0n);
    assert.equal(await refusalOf(execute(wrong)), 'JudgedAlready');
  });

  test('a batch without a certificate slashes, rates and prices nobody', async () => {
    const operator = await chain.fundedWallet(accountOfKey(operatorName(2)));
    const tasks = await network.tasks([{ requester: 'alice', order: { deadline: 10n ** 10n } }]);
    await chain.testClient.increaseTime({ seconds: 7200 });
    await chain.testClient.mine({ blocks: 1 });
    const honest = await network.build(tasks);
    const table = tableOf();
    for (const header of [
      { slashesRoot: slashesRootOf([rowOf({})]) },
      { reputationRoot: reputationRootOf(table) },
      { baseFee: honest.header.baseFee + 1n },
    ]) {
      const batch = forge(honest, { header });
      const args = [batch.header, toHex(batch.deltas), toHex(batch.nullifiers)] as const;
      const { settlement } = network.deployment.addresses;
      const posting = network.send(operator, [settlement, settlementAbi, 'postOptimistic'], ...args);
      assert.equal(await refusalOf(posting), 'NeedsCertificate');
    }
  });
});
