import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type Fault,
  findingOf,
  type JudgedSeat,
  judgeDispute,
  type ModelStanding,
  type SeatFinding,
  type Tensor,
  YOUNG_FAULT_DUTIES,
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
const judge = (seats: readonly JudgedSeat[], standing: ModelStanding = 'proven') => judgeDispute({ seats, standing });
const faultsOf = (seats: readonly JudgedSeat[], standing: ModelStanding = 'proven'): readonly Fault[] => {
  const verdict = judge(seats, standing);
  return verdict.type === 'undecided' ? [] : verdict.faults;
};
const slashedOf = (seats: readonly JudgedSeat[], standing: ModelStanding = 'proven'): readonly number[] =>
  faultsOf(seats, standing).flatMap(({ seat, isSlashable }) => (isSlashable ? [seat] : []));

test('wrong and withheld seats are at fault, near and silent ones do not lose stake', () => {
  const seats = unionOf(15, [seatOf(0, 'gross'), seatOf(1, 'withheld'), seatOf(2, 'near'), seatOf(3, 'silent')]);
  assert.deepEqual(faultsOf(seats), [
    { seat: 0, kind: 'wrong', isSlashable: true, badDuties: 1 },
    { seat: 1, kind: 'withheld', isSlashable: true, badDuties: 1 },
    { seat: 2, kind: 'wrong', isSlashable: false, badDuties: 1 },
  ]);
});

test('inside the error budget nobody loses stake but signers of an overturned certificate', () => {
  const inside = { isBeyondBudget: false };
  const seats = unionOf(13, [
    seatOf(0, 'gross', inside),
    seatOf(1, 'gross', { ...inside, isOverturnedSigner: true }),
    seatOf(2, 'withheld', inside),
  ]);
  assert.deepEqual(slashedOf(seats), [1]);
});

test('whoever signed an overturned certificate is at fault, also when it falls silent or changes its mind afterwards', () => {
  const overturned = { isBeyondBudget: false, isOverturnedSigner: true };
  const findings: readonly SeatFinding[] = ['silent', 'agreeing', 'near', 'withheld'];
  const seats = unionOf(
    16,
    findings.map((finding, i) => seatOf(i, finding, overturned)),
  );
  assert.deepEqual(slashedOf(seats), [0, 1, 2, 3]);
});

test('nine seats slash nobody', () => {
  assert.deepEqual(
    faultsOf(unionOf(9, [seatOf(0, 'gross'), seatOf(1, 'gross')])).map(({ isSlashable, badDuties }) => [
      isSlashable,
      badDuties,
    ]),
    [
      [false, 1],
      [false, 1],
    ],
  );
});

test('a young model spares the stake of who erred alone and counts it eightfold; not of who withheld or had a quorum', () => {
  const seats = unionOf(15, [
    seatOf(0, 'gross'),
    seatOf(1, 'withheld'),
    seatOf(2, 'gross', { isOverturnedSigner: true }),
    seatOf(3, 'gross', { isBeyondBudget: false }),
  ]);
  const faults = faultsOf(seats, 'young');
  assert.deepEqual(
    faults.map(({ isSlashable, badDuties }) => [isSlashable, badDuties]),
    [
      [false, YOUNG_FAULT_DUTIES],
      [true, 1],
      [true, 1],
      [false, 1],
    ],
  );
});

test('a model in quarantine slashes only who withheld', () => {
  const seats = unionOf(14, [
    seatOf(0, 'gross'),
    seatOf(1, 'withheld'),
    seatOf(2, 'gross', { isOverturnedSigner: true }),
  ]);
  assert.deepEqual(slashedOf(seats, 'quarantined'), [1]);
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

const ofClass9 = (i: number, finding: SeatFinding, change: Partial<JudgedSeat> = {}): JudgedSeat =>
  seatOf(i, finding, { runtimeClass: 9, ...change });

test('two dissenters of one runtime class that no supporter has are a divergence of platforms', () => {
  const seats = unionOf(14, [ofClass9(0, 'gross'), ofClass9(1, 'near'), seatOf(2, 'withheld')]);
  const withheld: Fault = { seat: 2, kind: 'withheld', isSlashable: true, badDuties: 1 };
  assert.deepEqual(judge(seats), { type: 'platform-divergence', runtimeClass: 9, faults: [withheld] });
  // One supporter of that class, or one dissenter of another, and it is none.
  assert.equal(judge(seats.with(13, ofClass9(13, 'agreeing'))).type, 'decided');
  assert.equal(judge(seats.with(1, seatOf(1, 'gross'))).type, 'decided');
});

test('a lone dissenter is no platform, whatever class it declares', () => {
  assert.deepEqual(slashedOf(unionOf(13, [ofClass9(0, 'gross')])), [0]);
});

test('a class of its own excuses no coalition that signed the overturned certificate, unless the model is young', () => {
  const signer = { isOverturnedSigner: true };
  const seats = unionOf(13, [ofClass9(0, 'gross', signer), ofClass9(1, 'gross', signer), ofClass9(2, 'gross')]);
  assert.equal(judge(seats).type, 'platform-divergence');
  assert.deepEqual(slashedOf(seats), [0, 1]);
  assert.deepEqual(faultsOf(seats, 'young'), []);
});

test('a withheld reveal alone is no divergence: nobody knows what it was', () => {
  const seats = unionOf(13, [seatOf(0, 'withheld', { runtimeClass: 9 })]);
  assert.deepEqual(faultsOf(seats), [{ seat: 0, kind: 'withheld', isSlashable: true, badDuties: 1 }]);
});

const finding = fc.constantFrom<SeatFinding>('agreeing', 'near', 'gross', 'withheld', 'silent');
const seat = fc.record({
  finding,
  weight: fc.bigInt({ min: 1n, max: 500_000_000n }),
  runtimeClass: fc.nat(2),
  isOverturnedSigner: fc.boolean(),
  isBeyondBudget: fc.boolean(),
});

const standing = fc.constantFrom<ModelStanding>('proven', 'young', 'quarantined');

test('no agreeing or silent seat is at fault but overturned signers, and stake is only at risk with ten seats and 70 % of their weight', () => {
  fc.assert(
    fc.property(fc.array(seat, { maxLength: 20 }), standing, (list, standing) => {
      const seats = list.map((change, i) => seatOf(i, change.finding, change));
      const verdict = judge(seats, standing);
      const total = seats.reduce((sum, { weight }) => sum + weight, 0n);
      const agreed = seats.reduce((sum, s) => (s.finding === 'agreeing' ? sum + s.weight : sum), 0n);
      if (verdict.type === 'undecided') return;
      assert.ok(agreed * 10n >= 7n * total);
      for (const fault of verdict.faults) {
        const judged = seats[fault.seat];
        assert.ok(judged);
        const isHonest = judged.finding === 'agreeing' || judged.finding === 'silent';
        assert.ok(!isHonest || judged.isOverturnedSigner);
        if (!fault.isSlashable) continue;
        assert.ok(seats.length >= 10 && (standing !== 'quarantined' || judged.finding === 'withheld'));
        assert.ok(judged.isOverturnedSigner || (judged.isBeyondBudget && judged.finding !== 'near'));
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
