import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  findingsOf,
  judgeDispute,
  judgedSeatsOf,
  MAX_UNION_SEATS,
  type SeatFinding,
  type SeatRecord,
} from '../../src/index.ts';
import { rowOf } from '../fixture/network.ts';

const FINDINGS: readonly SeatFinding[] = ['agreeing', 'near', 'gross', 'withheld', 'silent'];
const records = (count: number): readonly SeatRecord[] =>
  Array.from({ length: count }, (_, i) => ({
    operator: rowOf(i).operator,
    sessionKey: rowOf(i).sessionKey,
    weight: BigInt(1 + i),
    runtimeClass: i % 3,
    isBeyondBudget: i % 2 === 0,
  }));
const seatCount = fc.integer({ min: 1, max: MAX_UNION_SEATS });
const nibbles = seatCount.chain((count) =>
  fc.array(fc.record({ code: fc.nat(4), isOverturned: fc.boolean() }), { minLength: count, maxLength: count }),
);

test('findings are one nibble a seat, and come back as they went for every union', () => {
  fc.assert(
    fc.property(nibbles, (list) => {
      const findings = list.reduce(
        (word, { code, isOverturned }, seat) => word | (BigInt(code | (isOverturned ? 8 : 0)) << BigInt(4 * seat)),
        0n,
      );
      const seats = records(list.length);
      const judged = judgedSeatsOf({ findings }, seats);
      assert.ok(judged);
      for (const [i, { code, isOverturned }] of list.entries()) {
        const expected = { ...seats[i], finding: FINDINGS[code], isOverturnedSigner: isOverturned };
        assert.deepEqual(judged[i], expected);
      }
      assert.equal(findingsOf(judged), findings);
    }),
    { numRuns: 300 },
  );
});

test('any word is either void or the word of its seats: no two words say the same', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }), seatCount, (word, count) => {
      const findings = word & ((1n << BigInt(4 * count + 1)) - 1n);
      const judged = judgedSeatsOf({ findings }, records(count));
      if (judged !== undefined) assert.equal(findingsOf(judged), findings);
    }),
    { numRuns: 500 },
  );
});

test('findings of a code that does not exist, or of a seat beyond the union, are void', () => {
  for (const nibble of [5n, 6n, 7n, 13n, 14n, 15n]) {
    assert.equal(judgedSeatsOf({ findings: nibble << 8n }, records(4)), undefined);
  }
  assert.equal(judgedSeatsOf({ findings: 1n << 16n }, records(4)), undefined);
  assert.equal(judgedSeatsOf({ findings: 4n << 12n }, records(4))?.[3]?.finding, 'silent');
});

test('the largest union fits the word, and is judged', () => {
  const seats = records(MAX_UNION_SEATS);
  const judged = judgedSeatsOf({ findings: (2n << 172n) | 3n }, seats);
  assert.ok(judged);
  const verdict = judgeDispute({ seats: judged, standing: 'proven' });
  assert.deepEqual(verdict.type === 'decided' && verdict.faults.map(({ seat, kind }) => [seat, kind]), [
    [0, 'withheld'],
    [43, 'wrong'],
  ]);
});
