import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runScript, type SeatKind } from '@mlb/simulator';

const seats = (honest: number, colluding: number, offline: number): readonly SeatKind[] => [
  ...Array.from({ length: colluding }, (): SeatKind => 'colluding'),
  ...Array.from({ length: offline }, (): SeatKind => 'offline'),
  ...Array.from({ length: honest }, (): SeatKind => 'honest'),
];
const FRESH = seats(9, 0, 0);

test('four colluders in four seats settle a lie: nobody is there to object', () => {
  const end = runScript({ rounds: [seats(0, 4, 0)], seed: 1 });
  assert.deepEqual([end.isFirstWrong, end.end], [true, 'wrong']);
});

test('three colluders and a seat that is offline settle a lie', () => {
  assert.equal(runScript({ rounds: [seats(0, 3, 1)], seed: 1 }).end, 'wrong');
});

test('one honest seat against three colluders overturns their certificate', () => {
  const end = runScript({ rounds: [seats(1, 3, 0), FRESH, seats(19, 0, 0)], seed: 1 });
  assert.deepEqual([end.isFirstWrong, end.end], [true, 'right']);
});

test('two silent seats of four are outvoted by the next round', () => {
  const end = runScript({ rounds: [seats(2, 0, 2), FRESH], seed: 2 });
  assert.deepEqual([end.hasFirstQuorum, end.end], [false, 'right']);
});

test('a silent seat of four stalls nothing', () => {
  const end = runScript({ rounds: [seats(3, 0, 1)], seed: 1, untilMs: 100_000 });
  assert.deepEqual([end.hasFirstQuorum, end.end], [true, 'right']);
});
