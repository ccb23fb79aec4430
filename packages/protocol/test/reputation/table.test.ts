import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  applyDuties,
  type DutyOutcome,
  dayOfSlot,
  keccak256,
  MAINNET_SLOTS_PER_DAY,
  NEWCOMER_REPUTATION_BPS,
  type ReputationTable,
  reputationOf,
  reputationRootOf,
  reputationRowHash,
  reputationRowWord,
  scoreAfterDuty,
  scoreAfterIdleDays,
  toHex,
  ZERO_BYTES32,
} from '../../src/index.ts';

const duty = fc.record({
  operatorIndex: fc.nat(6),
  outcome: fc.constantFrom<DutyOutcome>('good', 'wrong', 'withheld', 'miss'),
});
const history = fc.array(fc.record({ gap: fc.nat(3), duties: fc.array(duty, { maxLength: 12 }) }), { maxLength: 8 });

type Batch = { readonly day: number; readonly duties: readonly { operatorIndex: number; outcome: DutyOutcome }[] };
const batchesOf = (gaps: readonly { readonly gap: number; readonly duties: Batch['duties'] }[]): Batch[] => {
  let day = 100;
  return gaps.map(({ gap, duties }) => {
    day += gap;
    return { day, duties };
  });
};
const fold = (batches: readonly Batch[], start: ReputationTable = []): ReputationTable =>
  batches.reduce<ReputationTable>(applyDuties, start);

test('folding batches from the start or from any table in between gives the same table and root', () => {
  fc.assert(
    fc.property(history, fc.nat(), (gaps, cut) => {
      const batches = batchesOf(gaps);
      const at = batches.length === 0 ? 0 : cut % batches.length;
      const whole = fold(batches);
      const resumed = fold(batches.slice(at), fold(batches.slice(0, at)));
      assert.deepEqual(resumed, whole);
      assert.equal(reputationRootOf(resumed), reputationRootOf(whole));
    }),
    { numRuns: 200 },
  );
});

test('duties of different operators commute, and rows ascend by operator', () => {
  fc.assert(
    fc.property(fc.array(duty, { maxLength: 30 }), (duties) => {
      const grouped = duties.toSorted((a, b) => a.operatorIndex - b.operatorIndex);
      const table = fold([{ day: 7, duties }]);
      assert.deepEqual(table, fold([{ day: 7, duties: grouped }]));
      assert.ok(table.every((row, i) => i === 0 || row.operatorIndex > (table[i - 1]?.operatorIndex ?? 0)));
    }),
    { numRuns: 200 },
  );
});

test('each operator has the score of its own duties and idle days, as if it were alone', () => {
  fc.assert(
    fc.property(history, (gaps) => {
      const batches = batchesOf(gaps);
      for (const row of fold(batches)) {
        const own = batches.flatMap(({ day, duties }) =>
          duties.filter(({ operatorIndex }) => operatorIndex === row.operatorIndex).map((d) => ({ ...d, day })),
        );
        let score = { good: 0, bad: 0 };
        for (const [i, { day, outcome }] of own.entries()) {
          const idle = day - (own[i - 1]?.day ?? day) - 1;
          score = scoreAfterDuty(scoreAfterIdleDays(score, idle), outcome);
        }
        assert.deepEqual({ good: row.good, bad: row.bad }, score);
        assert.equal(row.day, own.at(-1)?.day);
      }
    }),
    { numRuns: 200 },
  );
});

test('days on which an operator has duties do not count as idle, and reading does not need a batch', () => {
  const table = fold([{ day: 10, duties: [{ operatorIndex: 3, outcome: 'good' }] }]);
  const bps = reputationOf(table, 3, 10);
  assert.ok(bps > NEWCOMER_REPUTATION_BPS);
  assert.equal(reputationOf(table, 3, 11), bps);
  assert.ok(reputationOf(table, 3, 300) < bps);
  assert.equal(reputationOf(table, 4, 300), NEWCOMER_REPUTATION_BPS);
});

test('a batch of an earlier slot that settles later neither rewinds a row nor rewards it for rest', () => {
  const good: Batch['duties'] = [{ operatorIndex: 1, outcome: 'good' }];
  const [row] = fold([
    { day: 10, duties: good },
    { day: 9, duties: good },
  ]);
  assert.equal(row?.day, 10);
});

test('a slot falls on the day that its number says', () => {
  assert.equal(dayOfSlot(1439n, MAINNET_SLOTS_PER_DAY), 0);
  assert.equal(dayOfSlot(1440n, MAINNET_SLOTS_PER_DAY), 1);
});

test('golden row, hash and root', () => {
  const duties: Batch['duties'] = [
    { operatorIndex: 1, outcome: 'good' },
    { operatorIndex: 7, outcome: 'wrong' },
    { operatorIndex: 1, outcome: 'miss' },
  ];
  const table = fold([{ day: 20_000, duties }]);
  const [first] = table;
  assert.ok(first);
  assert.equal(toHex(reputationRowWord(first)), `0x00000001${'0000ffe0'}${'00000800'}${'00004e20'}${'00'.repeat(16)}`);
  assert.equal(reputationRowHash(first), keccak256('0x52', reputationRowWord(first)));
  const tree = keccak256(...table.map(reputationRowHash));
  assert.equal(reputationRootOf(table), keccak256('0x5300000002', tree));
  assert.equal(reputationRootOf(table), '0x9396d7b19827ee11c620d4b1716f7baafdd2fc2fec4fa6d7e520898f2e2ebba3');
  assert.equal(reputationRootOf([]), keccak256('0x5300000000', ZERO_BYTES32));
});

test('any change of any row changes the root', () => {
  const table = fold([
    { day: 5, duties: [0, 1, 2].map((operatorIndex) => ({ operatorIndex, outcome: 'good' as const })) },
  ]);
  const roots = [
    table,
    table.slice(0, 2),
    ...table.flatMap((row, i) =>
      (['operatorIndex', 'good', 'bad', 'day'] as const).map((field) =>
        table.with(i, { ...row, [field]: row[field] + 10 }),
      ),
    ),
  ].map(reputationRootOf);
  assert.equal(new Set(roots).size, roots.length);
});
