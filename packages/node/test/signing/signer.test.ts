import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  Address,
  BATCH_HEADER,
  type BatchHeader,
  COMMIT,
  createDomain,
  DISSENT,
  DISSENT_DIFFERS,
  DISSENT_WITHHELD,
  type Domain,
  digestOf,
  LOCK_VOTE,
  nobleSecp256k1,
  RESULT_STATEMENT,
  REVEAL,
  sha256,
  TaskId,
  tag,
} from '@mlb/protocol';
import { createMemoryClock } from '../../src/clock/memory.ts';
import type { Signer } from '../../src/port/signer.ts';
import { openSigningGuard, type SigningGuard } from '../../src/signing/guard.ts';
import { createMemoryHighWater } from '../../src/signing/high-water.ts';
import { loadSecp256k1 } from '../../src/signing/secp256k1-native.ts';
import { createSigner } from '../../src/signing/signer.ts';
import { createMemoryStore } from '../../src/store/memory.ts';

const { secp256k1 } = loadSecp256k1();
const DOMAIN = createDomain(31337, Address(`0x${'5e'.repeat(20)}`));
const OTHER_DOMAIN = createDomain(1, Address(`0x${'5e'.repeat(20)}`));
const hash = (text: string) => sha256(tag(text));
const taskId = TaskId(hash('task'));
const commit = { taskId, round: 0, seat: 2, commitHash: hash('sealed'), blindShare: hash('blind') };
const lockVote = { taskId, round: 0, seat: 2, lockRoot: hash('lock') };
const reveal = {
  taskId,
  round: 0,
  seat: 2,
  lockRoot: hash('lock'),
  resultHash: hash('result'),
  salt: hash('salt'),
  execMs: 12,
};
const statement = { taskId, round: 0, epoch: 3n, seatCount: 4, lockRoot: hash('lock'), resultDigest: hash('digest') };
const header: BatchHeader = {
  index: 1n,
  prevHash: hash('prev'),
  epoch: 3n,
  slot: 9n,
  leafCount: 1,
  leavesRoot: hash('leaves'),
  ledgerRoot: hash('ledger'),
  deltasHash: hash('deltas'),
  nullifiersHash: hash('nullifiers'),
  slashesRoot: hash('slashes'),
  reputationRoot: hash('reputation'),
  baseFee: 1n,
  treasuryUnits: 1n,
  burnUnits: 1n,
  dataCidDigest: hash('data'),
};

const openGuard = (): Promise<SigningGuard> =>
  openSigningGuard({ store: createMemoryStore(), highWater: createMemoryHighWater(), clock: createMemoryClock() });
const signerOn = (guard: SigningGuard, domain: Domain = DOMAIN): Signer =>
  createSigner({ secp256k1, secretKey: new Uint8Array(32).fill(7), domain, guard });

const conflict = { name: 'SigningGuardError', code: 'DUTY_CONFLICT' };

test('every message is signed by the session key over its EIP-712 digest', async () => {
  const signer = signerOn(await openGuard());
  const recover = nobleSecp256k1.recover;
  const committed = await signer.signSeatMessage({ type: 'commit', commit });
  const locked = await signer.signSeatMessage({ type: 'lock-vote', lockVote, lockedSeats: 0n });
  const revealed = await signer.signSeatMessage({ type: 'reveal', reveal, output: new Uint8Array(3), statement });
  const batch = await signer.signBatchHeader(header);
  assert.ok(committed.type === 'commit' && locked.type === 'lock-vote' && revealed.type === 'reveal');
  assert.deepEqual(
    [
      recover(digestOf(DOMAIN, COMMIT, commit), committed.commit.signature),
      recover(digestOf(DOMAIN, LOCK_VOTE, lockVote), locked.lockVote.signature),
      recover(digestOf(DOMAIN, REVEAL, reveal), revealed.reveal.signature),
      recover(digestOf(DOMAIN, RESULT_STATEMENT, statement), revealed.statementSignature),
      recover(digestOf(DOMAIN, BATCH_HEADER, header), batch.signature),
    ],
    Array.from({ length: 5 }, () => signer.sessionKey),
  );
});

test('in tolerance mode the reveal carries no statement, and the vote does', async () => {
  const signer = signerOn(await openGuard());
  const revealed = await signer.signSeatMessage({
    type: 'reveal',
    reveal,
    output: new Uint8Array(3),
    statement: undefined,
  });
  const voted = await signer.signSeatMessage({ type: 'vote', seat: 2, canonicalSeat: 1, statement });
  assert.ok(revealed.type === 'reveal' && voted.type === 'vote');
  assert.equal(revealed.statementSignature.length, 0);
  const digest = digestOf(DOMAIN, RESULT_STATEMENT, statement);
  assert.equal(nobleSecp256k1.recover(digest, voted.statement.signature), signer.sessionKey);
});

test('the same message signed again, also after a restart, has the same bytes', async () => {
  const guard = await openGuard();
  const first = await signerOn(guard).signSeatMessage({ type: 'commit', commit });
  assert.deepEqual(await signerOn(guard).signSeatMessage({ type: 'commit', commit }), first);
});

test('a second, different message for one duty is not signed', async () => {
  const signer = signerOn(await openGuard());
  await signer.signSeatMessage({ type: 'commit', commit });
  await signer.signSeatMessage({ type: 'lock-vote', lockVote, lockedSeats: 0n });
  await signer.signSeatMessage({ type: 'reveal', reveal, output: new Uint8Array(3), statement });
  await signer.signBatchHeader(header);
  const other = hash('other');
  const attempts = [
    signer.signSeatMessage({ type: 'commit', commit: { ...commit, commitHash: other } }),
    signer.signSeatMessage({ type: 'commit', commit: { ...commit, seat: 1 } }),
    signer.signSeatMessage({ type: 'lock-vote', lockVote: { ...lockVote, lockRoot: other }, lockedSeats: 0n }),
    signer.signSeatMessage({
      type: 'vote',
      seat: 2,
      canonicalSeat: 1,
      statement: { ...statement, resultDigest: other },
    }),
    signer.signBatchHeader({ ...header, leavesRoot: other }),
  ];
  for (const attempt of attempts) await assert.rejects(attempt, conflict);
  const twoResults = { ...statement, resultDigest: other };
  await assert.rejects(
    signer.signSeatMessage({ type: 'reveal', reveal, output: new Uint8Array(3), statement: twoResults }),
    conflict,
  );
});

test('a seat objects, gives up, declines and judges once a round', async () => {
  const signer = signerOn(await openGuard());
  const { taskId, round } = commit;
  const place = { taskId, round, seat: 2 };
  const dissent = { ...place, reason: DISSENT_DIFFERS, statementHash: hash('one') };
  const verdict = { taskId, round, lockRoot: hash('lock'), findings: 0n };
  assert.equal(
    nobleSecp256k1.recover(digestOf(DOMAIN, DISSENT, dissent), (await signer.signDissent(dissent)).signature),
    signer.sessionKey,
  );
  await signer.signRoundFail(place);
  await signer.signDecline(place);
  await signer.signVerdict(verdict);
  // The same again is no second statement.
  await signer.signDissent(dissent);
  const attempts = [
    signer.signDissent({ ...dissent, statementHash: hash('two') }),
    signer.signDissent({ ...dissent, reason: DISSENT_WITHHELD }),
    signer.signRoundFail({ ...place, seat: 1 }),
    signer.signDecline({ ...place, seat: 1 }),
    signer.signVerdict({ ...verdict, findings: 2n }),
  ];
  for (const attempt of attempts) await assert.rejects(attempt, conflict);
  await signer.signRoundFail({ ...place, round: 1 });
});

test('other rounds, other slots and other deployments are other duties', async () => {
  const guard = await openGuard();
  const signer = signerOn(guard);
  await signer.signSeatMessage({ type: 'commit', commit });
  await signer.signSeatMessage({ type: 'commit', commit: { ...commit, round: 1, commitHash: hash('other') } });
  await signer.signBatchHeader(header);
  await signer.signBatchHeader({ ...header, slot: 10n, leavesRoot: hash('other') });
  await signerOn(guard, OTHER_DOMAIN).signBatchHeader({ ...header, leavesRoot: hash('other') });
});
