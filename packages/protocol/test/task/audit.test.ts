import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AUDIT_ROUND, auditOutcome } from '../../src/index.ts';
import {
  audited,
  type Bench,
  certified,
  certify,
  createBench,
  dissentOf,
  feed,
  namesOf,
  poolOf,
  roundFailOf,
  seated,
  timer,
} from './bench.ts';

const pool = poolOf();

/** A node that knows the certificate of round 0, past its settle timer, and that it is audited. */
const underAudit = (): Bench => {
  const bench = createBench(pool);
  feed(bench, seated(pool, 0), certified(certify(pool, 0)), timer(0, 'settle'), audited);
  assert.deepEqual(namesOf(feed(bench, seated(pool, AUDIT_ROUND))), []);
  return bench;
};

test('an audited certificate settles with the certificate of its audit, past that one’s settle timer', () => {
  const bench = underAudit();
  const audit = certify(pool, AUDIT_ROUND);
  assert.deepEqual(namesOf(feed(bench, certified(audit))), []);
  const [settleable] = feed(bench, timer(AUDIT_ROUND, 'settle'));
  assert.ok(settleable?.type === 'settleable');
  assert.deepEqual(settleable.audit, audit);
  assert.equal(auditOutcome(bench.state), 'passed');
});

test('an audit that certifies another digest than round 0 opens round 1', () => {
  const bench = underAudit();
  const audit = certify(pool, AUDIT_ROUND, { value: 'another' });
  assert.deepEqual(namesOf(feed(bench, certified(audit))), ['disputed 0', 'open-round 1']);
  assert.deepEqual(namesOf(feed(bench, timer(AUDIT_ROUND, 'settle'))), []);
});

test('a dissent in an audit opens round 1', () => {
  const bench = underAudit();
  const audit = certify(pool, AUDIT_ROUND);
  feed(bench, certified(audit));
  assert.deepEqual(namesOf(feed(bench, dissentOf(pool, 6, audit))), ['disputed 0', 'open-round 1']);
  assert.deepEqual(namesOf(feed(bench, timer(AUDIT_ROUND, 'settle'))), []);
});

test('an audit without a certificate by its round timer, or given up by more than 30 %, opens round 1', () => {
  assert.deepEqual(namesOf(feed(underAudit(), timer(AUDIT_ROUND, 'round'))), ['disputed 0', 'open-round 1']);
  const bench = underAudit();
  feed(bench, roundFailOf(pool, AUDIT_ROUND, 4), roundFailOf(pool, AUDIT_ROUND, 5));
  assert.deepEqual(namesOf(feed(bench, roundFailOf(pool, AUDIT_ROUND, 6))), ['disputed 0', 'open-round 1']);
});

test('a task that nobody is left to audit settles without', () => {
  const bench = createBench(pool);
  feed(bench, seated(pool, 0), certified(certify(pool, 0)), timer(0, 'settle'), audited);
  const [settleable] = feed(bench, { type: 'unseatable', round: AUDIT_ROUND });
  assert.ok(settleable?.type === 'settleable' && settleable.audit === undefined);
});

test('an audit needs the certificate it looks at', () => {
  const bench = createBench(pool);
  feed(bench, seated(pool, 0), audited, seated(pool, AUDIT_ROUND));
  assert.ok(!bench.state.rounds.has(AUDIT_ROUND));
});

test('an audited certificate that round 1 overrules is not waited for', () => {
  const bench = underAudit();
  feed(bench, timer(AUDIT_ROUND, 'round'), seated(pool, 1), certified(certify(pool, 1)));
  assert.deepEqual(namesOf(feed(bench, timer(1, 'settle'))), ['settleable']);
});
