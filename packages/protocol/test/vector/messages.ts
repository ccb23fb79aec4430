import {
  BATCH_HEADER,
  type BatchHeader,
  bindingDigest,
  blindOf,
  COMMIT,
  type Commit,
  type CommitOpening,
  commitHashOf,
  DECLINE,
  DISSENT,
  DISSENT_DIFFERS,
  type Dissent,
  DOMAIN_NAME,
  DOMAIN_VERSION,
  digestOf,
  hashRecord,
  LOCK_VOTE,
  type LockVote,
  lockRootOf,
  nobleSecp256k1,
  packFindings,
  RESULT_STATEMENT,
  REVEAL,
  type RecordSchema,
  type ResultStatement,
  type Reveal,
  ROUND_FAIL,
  resultDigestOf,
  statementHashOf,
  TASK_ORDER,
  type TaskVerdict,
  taskIdOf,
  VERDICT,
} from '../../src/index.ts';
import { addressOf, bytes32, DOMAIN, REGISTRY, secretKeyOf, someAddress } from '../fixture/network.ts';
import { settle } from '../fixture/settlement.ts';
import { type Json, toJson } from './json.ts';

const SIGNER = 'vector signer';

const signed = <T>(schema: RecordSchema<T>, value: T): Json => {
  const digest = digestOf(DOMAIN, schema, value);
  const signature = nobleSecp256k1.sign(digest, secretKeyOf(SIGNER));
  return toJson({ value, structHash: hashRecord(schema, value), digest, signature });
};

/** Golden digests and signatures of every signed message. */
export const messageVectors = (): Json => {
  const order = settle().order.body;
  const taskId = taskIdOf(DOMAIN, order);
  const place = { taskId, round: 0, seat: 3 };
  const resultHash = bytes32('result');
  const opening: CommitOpening = { ...place, operator: someAddress('operator 3'), resultHash, salt: bytes32('salt') };
  const commit: Commit = { ...place, commitHash: commitHashOf(opening), blindShare: bytes32('share 3') };
  const locked = [0, 1, 3].map((seat) => ({ seat, commitStructHash: bytes32(`commit ${seat}`) }));
  const lockVote: LockVote = { ...place, lockRoot: lockRootOf(locked) };
  const reveal: Reveal = { ...place, lockRoot: lockVote.lockRoot, resultHash, salt: opening.salt, execMs: 250 };
  const shares = [0, 1, 3].map((seat) => ({ seat, blindShare: bytes32(`share ${seat}`) }));
  const blind = blindOf(shares);
  const resultDigest = resultDigestOf(taskId, blind, resultHash);
  const { lockRoot } = lockVote;
  const statement: ResultStatement = { taskId, round: 0, epoch: 7n, seatCount: 4, lockRoot, resultDigest };
  const header: BatchHeader = {
    index: 1n,
    prevHash: bytes32('previous header'),
    epoch: 7n,
    slot: 123n,
    leafCount: 32,
    leavesRoot: bytes32('leaves'),
    ledgerRoot: bytes32('ledger'),
    deltasHash: bytes32('deltas'),
    nullifiersHash: bytes32('nullifiers'),
    slashesRoot: bytes32('slashes'),
    reputationRoot: bytes32('reputation'),
    baseFee: 5_000_000_000n,
    treasuryUnits: 17n,
    burnUnits: 11n,
    dataCidDigest: bytes32('data'),
  };
  const dissent: Dissent = { ...place, reason: DISSENT_DIFFERS, statementHash: statementHashOf(statement) };
  const findings = packFindings([
    { finding: 'agreeing', isOverturnedSigner: false },
    { finding: 'gross', isOverturnedSigner: true },
    { finding: 'withheld', isOverturnedSigner: false },
    { finding: 'silent', isOverturnedSigner: false },
  ]);
  const verdict: TaskVerdict = { taskId, round: 1, lockRoot, findings };
  const operator = someAddress('operator 3');
  const binding = { chainId: DOMAIN.chainId, registry: REGISTRY, operator, sessionKey: addressOf(SIGNER), nonce: 2n };
  return toJson({
    domain: { name: DOMAIN_NAME, version: DOMAIN_VERSION, ...DOMAIN },
    signer: { secretKey: secretKeyOf(SIGNER), address: addressOf(SIGNER) },
    taskId,
    order: signed(TASK_ORDER, order),
    commit: signed(COMMIT, commit),
    lockVote: signed(LOCK_VOTE, lockVote),
    reveal: signed(REVEAL, reveal),
    statement: signed(RESULT_STATEMENT, statement),
    header: signed(BATCH_HEADER, header),
    dissent: signed(DISSENT, dissent),
    roundFail: signed(ROUND_FAIL, place),
    decline: signed(DECLINE, place),
    verdict: signed(VERDICT, verdict),
    commitHash: { opening, commitHash: commit.commitHash },
    lockRoot: { locked, lockRoot: lockVote.lockRoot },
    resultDigest: { shares, blind, resultHash, resultDigest: statement.resultDigest },
    binding: { ...binding, digest: bindingDigest(binding) },
  });
};
