import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  packFindings,
  type SeatJudgement,
  type TaskEvent,
  type TaskVerdict,
  unpackFindings,
  VERDICT,
  type Verified,
  verifyCertifiedVerdict,
} from '../../src/index.ts';
import { signBody } from '../sim/committee.ts';
import { type Bench, certified, certify, createBench, feed, namesOf, poolOf, seated, seatsOf, timer } from './bench.ts';

const pool = poolOf();
const union = seatsOf(pool, 1);
const certificate = certify(pool, 1);

const accusing = (guilty: readonly number[]): bigint =>
  packFindings(
    union.params.seats.map(
      (_, seat): SeatJudgement => ({
        finding: guilty.includes(seat) ? 'gross' : 'agreeing',
        isOverturnedSigner: false,
      }),
    ),
  );

const voteOf = (seat: number, findings: bigint, change: Partial<TaskVerdict> = {}): TaskEvent => {
  const { lockRoot } = certificate.statement;
  const body = { taskId: pool.params.taskId, round: 1, lockRoot, findings, ...change };
  const verdict = signBody(union, { seat, schema: VERDICT, body });
  return { type: 'verdict-vote', vote: { type: 'verdict-vote', seat, verdict } as never };
};

/** An observer of a task that round 1 has decided. */
const decided = (): Bench => {
  const bench = createBench(pool);
  feed(bench, seated(pool, 0), timer(0, 'round'), seated(pool, 1), certified(certificate));
  assert.deepEqual(namesOf(feed(bench, timer(1, 'settle'))), ['settleable']);
  return bench;
};

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);

test('70 % of the union on one verdict make it certified, and the task settles again with it', () => {
  const bench = decided();
  assert.deepEqual(namesOf(feed(bench, ...range(9).map((seat) => voteOf(seat, accusing([12]))))), []);
  const [judged, settleable] = feed(bench, voteOf(9, accusing([12])));
  assert.ok(judged?.type === 'judged' && settleable?.type === 'settleable');
  assert.deepEqual(settleable.verdict, judged.verdict);
  const { seats } = union.params;
  assert.deepEqual(verifyCertifiedVerdict({ ...union, seats, certified: judged.verdict }), judged.verdict);
  assert.deepEqual(feed(bench, voteOf(10, accusing([12]))), []);
});

test('votes for different findings, of one seat twice, or about another lock or task add up to nothing', () => {
  const bench = decided();
  const { taskId } = pool.params;
  feed(bench, ...range(9).map((seat) => voteOf(seat, accusing([12]))));
  const others = [
    voteOf(9, accusing([11])),
    voteOf(9, accusing([12])),
    voteOf(10, accusing([12]), { lockRoot: taskId }),
    voteOf(11, accusing([12]), { taskId: certificate.statement.lockRoot as unknown as typeof taskId }),
  ];
  assert.deepEqual(feed(bench, ...others), []);
});

test('votes that come before the settle timer count when it fires', () => {
  const bench = createBench(pool);
  feed(bench, seated(pool, 0), timer(0, 'round'), seated(pool, 1), certified(certificate));
  assert.deepEqual(namesOf(feed(bench, ...range(10).map((seat) => voteOf(seat, accusing([12]))))), []);
  assert.deepEqual(namesOf(feed(bench, timer(1, 'settle'))), ['judged', 'settleable']);
});

test('seats vote three quarters into the settle time, so that the verdict is there when the task may settle', () => {
  const bench = createBench(pool);
  feed(bench, seated(pool, 0), timer(0, 'round'), seated(pool, 1, 4));
  const started = feed(bench, certified(certificate)).flatMap((effect) =>
    effect.type === 'round' && effect.effect.type === 'start-timer' ? [effect.effect] : [],
  );
  const { settleMs } = pool.params.timing;
  assert.deepEqual(
    started.map(({ timer: name, delayMs }) => [name, delayMs]),
    [
      ['settle', settleMs],
      ['verdict', (settleMs * 3) / 4],
    ],
  );
  assert.deepEqual(namesOf(feed(bench, ...range(10).map((seat) => voteOf(seat, accusing([12]))))), []);
  assert.deepEqual(namesOf(feed(bench, timer(1, 'verdict'))), ['judged']);
  const [settleable, ...rest] = feed(bench, timer(1, 'settle'));
  assert.ok(settleable?.type === 'settleable' && settleable.verdict !== undefined && rest.length === 0);
});

test('a verdict that gossip brings settles the task with it, before or after the certificate', () => {
  const verdict = { taskId: pool.params.taskId, round: 1, lockRoot: certificate.statement.lockRoot, findings: 3n };
  const brought = { type: 'verdict', verdict: { verdict, signatures: [] } as unknown as Verified<never> } as const;
  const before = createBench(pool);
  feed(before, seated(pool, 0), timer(0, 'round'), seated(pool, 1), brought, certified(certificate));
  for (const effects of [feed(decided(), brought), feed(before, timer(1, 'settle'))]) {
    assert.ok(effects[0]?.type === 'settleable' && effects[0].verdict !== undefined);
    assert.equal(effects.length, 1);
  }
});

test('a verdict about another lock does not settle with the task', () => {
  const lockRoot = pool.params.taskId;
  const verdict = { taskId: pool.params.taskId, round: 1, lockRoot, findings: 3n };
  const brought = { type: 'verdict', verdict: { verdict, signatures: [] } as unknown as Verified<never> } as const;
  assert.deepEqual(feed(decided(), brought), []);
});

test('findings are four bits a seat: three for the finding, one for a signer of an overturned certificate', () => {
  const judgements: readonly SeatJudgement[] = [
    { finding: 'agreeing', isOverturnedSigner: false },
    { finding: 'near', isOverturnedSigner: false },
    { finding: 'gross', isOverturnedSigner: true },
    { finding: 'withheld', isOverturnedSigner: false },
    { finding: 'silent', isOverturnedSigner: true },
  ];
  assert.equal(packFindings(judgements), 0xc3a10n);
  assert.deepEqual(unpackFindings(0xc3a10n, 5), judgements);
});

test('findings about seats that do not exist, or with no meaning, are no findings', () => {
  assert.equal(unpackFindings(0x10000n, 4), undefined);
  assert.equal(unpackFindings(5n, 4), undefined);
  assert.equal(unpackFindings(7n, 4), undefined);
});
