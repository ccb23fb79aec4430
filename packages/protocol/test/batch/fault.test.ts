import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BatchFaultCode, isConvictable, isPassingFault } from '../../src/index.ts';

test('what a later block may heal is not taken to court, but a false anchor', () => {
  const passing: readonly BatchFaultCode[] = ['UNKNOWN_BLOCK', 'UNKNOWN_EPOCH', 'UNKNOWN_MODEL', 'UNKNOWN_ACCOUNT'];
  assert.ok(passing.every((code) => isPassingFault(code) && !isConvictable(code)));
  assert.ok(isPassingFault('WRONG_ANCHOR') && isConvictable('WRONG_ANCHOR'));
});

test('what the ABI leaf does not hold is no fraud on chain: audits, verdicts, disputes, timeliness', () => {
  const attestersOnly: readonly BatchFaultCode[] = [
    'AUDIT_MISSING',
    'NEEDLESS_AUDIT',
    'BAD_VERDICT',
    'VERDICT_MISSING',
    'UNDER_DISPUTE',
    'UNTIMELY',
  ];
  assert.ok(attestersOnly.every((code) => !isConvictable(code) && !isPassingFault(code)));
  assert.ok(isConvictable('BAD_DECLINE') && isConvictable('BAD_CERTIFICATE'));
});
