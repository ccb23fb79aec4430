import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type Fault,
  findingOf,
  type JudgedSeat,
  judgeDispute,
  type SeatFinding,
  type Tensor,
} from '../../src/index.ts';
import { rowOf } from '../fixture/network.ts';

const seatOf = (i: number, finding: SeatFinding, change: Partial<JudgedSeat> = {}): JudgedSeat => ({
  operator: rowOf(i).operator,
  sessionKey: rowOf(i).sessionKey,
  weight: 1n,
  runtimeClass: i % 2,
  finding,
  isOverturnedSigner: false,
  isBeyondBudget: true,
  ...change,
});
const unionOf = (size: number, others: readonly JudgedSeat[]): JudgedSeat[] => [
  ...others,
  ...Array.from({ length: size - others.length }, (_, i) => seatOf(others.length + i, 'agreeing')),
];
const judge = (seats: readonly JudgedSeat[], isModelSlashable = true) => judgeDispute({ seats, isModelSlashable });
const faultsOf = (seats: readonly JudgedSeat[], isModelSlashable = true): readonly Fault[] => {
  const verdict = judge(seats, isModelSlashable);
  return verdict.type === 'decided' ? verdict.faults : [];
};

test('wrong and withheld seats are at fault, near and silent ones do not lose stake', () => {
  const seats = unionOf(15, [seatOf(0, 'gross'), seatOf(1, 'withheld'), seatOf(2, 'near'), seatOf(3, 'silent')]);
  assert.deepEqual(faultsOf(seats), [
    { seat: 0, kind: 'wrong', isSlashable: true },
    { seat: 1, kind: 'withheld', isSlashable: true },
    { seat: 2, kind: 'wrong', isSlashable: false },
  ]);
});

test('inside the error budget nobody loses stake but signers of an overturned certificate', () => {
  const inside = { isBeyondBudget: false };
  const seats = unionOf(13, [
    seatOf(0, 'gross', inside),
    seatOf(1, 'gross', { ...inside, isOverturnedSigner: true }),
    seatOf(2, 'near', { ...inside, isOverturnedSigner: true }),
  ]);
  assert.deepEqual(
    faultsOf(seats).map(({ isSlashable }) => isSlashable),
    [false, true, false],
  );
});

test('nine seats, and a model in its grace or in quarantine, slash nobody', () => {
  const others = [seatOf(0, 'gross'), seatOf(1, 'gross')];
  for (const faults of [faultsOf(unionOf(9, others)), faultsOf(unionOf(13, others), false)]) {
    assert.deepEqual(
      faults.map(({ isSlashable }) => isSlashable),
      [false, false],
    );
  }
});

test('ten seats are enough to slash', () => {
  const faults = faultsOf(unionOf(10, [seatOf(0, 'gross'), seatOf(1, 'gross')]));
  assert.deepEqual(
    faults.map(({ isSlashable }) => isSlashable),
    [true, true],
  );
});

test('without 70 % of the union, silent seats included, nothing is decided', () => {
  const silent = Array.from({ length: 4 }, (_, i) => seatOf(i, 'silent'));
  assert.equal(judge(unionOf(13, silent)).type, 'undecided');
  assert.equal(judge(unionOf(14, silent)).type, 'decided');
});

test('a dissent of one runtime class that no supporter has is a divergence of platforms', () => {
  const strict = (i: number, finding: SeatFinding) => seatOf(i, finding, { runtimeClass: 9 });
  const seats = unionOf(14, [strict(0, 'gross'), strict(1, 'near'), seatOf(2, 'withheld')]);
  assert.deepEqual(judge(seats), { type: 'platform-divergence', runtimeClass: 9 });
  // One supporter of that class, or one dissenter of another, and it is none.
  assert.equal(judge(seats.with(13, strict(13, 'agreeing'))).type, 'decided');
  assert.equal(judge(seats.with(1, seatOf(1, 'gross'))).type, 'decided');
});

test('a withheld reveal alone is no divergence: nobody knows what it was', () => {
  const seats = unionOf(13, [seatOf(0, 'withheld', { runtimeClass: 9 })]);
  assert.deepEqual(faultsOf(seats), [{ seat: 0, kind: 'withheld', isSlashable: true }]);
});

const finding = fc.constantFrom<SeatFinding>('agreeing', 'near', 'gross', 'withheld', 'silent');
const seat = fc.record({
  finding,
  weight: fc.bigInt({ min: 1n, max: 500_000_000n }),
  runtimeClass: fc.nat(2),
  isOverturnedSigner: fc.boolean(),
  isBeyondBudget: fc.boolean(),
});

test('no agreeing or silent seat is ever at fault, and stake is only at risk with ten seats and 70 % of their weight', () => {
  fc.assert(
    fc.property(fc.array(seat, { maxLength: 20 }), fc.boolean(), (list, isModelSlashable) => {
      const seats = list.map((change, i) => seatOf(i, change.finding, change));
      const verdict = judge(seats, isModelSlashable);
      const total = seats.reduce((sum, { weight }) => sum + weight, 0n);
      const agreed = seats.reduce((sum, s) => (s.finding === 'agreeing' ? sum + s.weight : sum), 0n);
      if (verdict.type === 'decided') assert.ok(agreed * 10n >= 7n * total);
      for (const fault of verdict.type === 'decided' ? verdict.faults : []) {
        const judged = seats[fault.seat];
        assert.ok(judged && judged.finding !== 'agreeing' && judged.finding !== 'silent');
        if (!fault.isSlashable) continue;
        assert.ok(seats.length >= 10 && isModelSlashable && judged.finding !== 'near');
        assert.ok(judged.isBeyondBudget || judged.isOverturnedSigner);
      }
    }),
    { numRuns: 1000 },
  );
});

const logits = (value: number): readonly Tensor[] => [
  { name: 'logits', type: 'float32', dims: [1], bytes: new Uint8Array(new Float32Array([value]).buffer) },
];

test('one tolerance agrees, four are near, beyond is gross; in exact mode every difference is gross', () => {
  const tolerance = { atol: 0.25, rtol: 0 };
  const at = (value: number) => findingOf(logits(value), logits(0), tolerance);
  assert.deepEqual([0, 0.25, 0.2500001, 1, 1.000001, Number.NaN].map(at), [
    'agreeing',
    'agreeing',
    'near',
    'near',
    'gross',
    'gross',
  ]);
  assert.equal(findingOf(logits(1), logits(1), undefined), 'agreeing');
  assert.equal(findingOf(logits(1.0000001), logits(1), undefined), 'gross');
});
