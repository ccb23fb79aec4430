import type { BatchHeader } from '../message/batch.ts';
import { type Commit, commitHashOf } from '../message/commit.ts';
import { type Domain, digestOf } from '../message/domain.ts';
import { type Evidence, type EvidenceKind, type FalseOpening, schemaOfEvidence } from '../message/evidence.ts';
import type { LockVote } from '../message/lock-vote.ts';
import type { ResultStatement } from '../message/result-statement.ts';
import type { Signed } from '../message/signed.ts';
import type { Address } from '../primitives/hex.ts';
import type { Secp256k1 } from '../primitives/signature.ts';
import { markVerified, type Verified } from '../primitives/verified.ts';
import { hashRecord } from '../wire/record.ts';

/** Two signed bodies of one kind by one operator, before anybody looked whether they contradict each other. */
export type SignedPair = Evidence;

/** What a key may say only one thing about. An honest key signs one body per duty, also after a restart (I8). */
const dutyOf = (kind: EvidenceKind, body: Evidence['first']['body']): string => {
  switch (kind) {
    case 'commit':
    case 'opening':
    case 'lock-vote': {
      const { taskId, round, seat } = body as Commit | LockVote;
      return `${taskId}/${round}/${seat}`;
    }
    case 'statement': {
      const { taskId, round } = body as ResultStatement;
      return `${taskId}/${round}`;
    }
    case 'attestation': {
      const { index, slot } = body as BatchHeader;
      return `${index}/${slot}`;
    }
  }
};

/** Whether a reveal opens a commit of the same seat: if not, and both are signed, it is E2. */
const isFalse = ({ operator, first, second }: FalseOpening): boolean => {
  const { taskId, round, seat, resultHash, salt } = second.body;
  return commitHashOf({ taskId, round, seat, operator, resultHash, salt }) !== first.body.commitHash;
};

/**
 * The pair as evidence, if its bodies are of one duty and different: the body with the smaller hash first, so that one
 * offense has one evidence whoever finds it. Undefined otherwise: the same body twice, by whatever signatures, proves
 * nothing. A commit and a reveal are evidence if the reveal does not open it. Signatures are not looked at.
 */
export const findEquivocation = (pair: SignedPair): Evidence | undefined => {
  const { kind, operator, first, second } = pair;
  if (dutyOf(kind, first.body) !== dutyOf(kind, second.body)) return undefined;
  if (kind === 'opening') return isFalse(pair) ? pair : undefined;
  const schema = schemaOfEvidence(kind);
  const [a, b] = [hashRecord<unknown>(schema, first.body), hashRecord<unknown>(schema, second.body)];
  if (a === b) return undefined;
  const ordered: readonly Signed<unknown>[] = a < b ? [first, second] : [second, first];
  return { kind, operator, first: ordered[0], second: ordered[1] } as Evidence;
};

export type EvidenceRejection = 'UNKNOWN_OPERATOR' | 'PROVES_NOTHING' | 'BAD_SIGNATURE';

/**
 * Evidence is proof by itself: two different bodies of one duty, both signed by the operator's session key (E1, the
 * whole stake), or a signed reveal that does not open the signed commit (E2, half of it). None can be built against whoever signs once per duty (I4). `sessionKeyOf` gives the key the operator
 * had when it signed, or undefined for an operator it does not know.
 */
export const verifyEvidence = ({
  domain,
  secp256k1,
  sessionKeyOf,
  evidence,
}: {
  readonly domain: Domain;
  readonly secp256k1: Pick<Secp256k1, 'recover'>;
  readonly sessionKeyOf: (operator: Address) => Address | undefined;
  readonly evidence: Evidence;
}): Verified<Evidence> | EvidenceRejection => {
  const sessionKey = sessionKeyOf(evidence.operator);
  if (sessionKey === undefined) return 'UNKNOWN_OPERATOR';
  if (findEquivocation(evidence) === undefined) return 'PROVES_NOTHING';
  const isSigned = (side: 'first' | 'second'): boolean => {
    const { body, signature }: Signed<unknown> = evidence[side];
    const digest = digestOf(domain, schemaOfEvidence(evidence.kind, side), body);
    return secp256k1.recover(digest, signature) === sessionKey;
  };
  return isSigned('first') && isSigned('second') ? markVerified(evidence) : 'BAD_SIGNATURE';
};
