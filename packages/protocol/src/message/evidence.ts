import { ProtocolError } from '../errors.ts';
import type { Address } from '../primitives/hex.ts';
import { fromHex, Address as toAddress, toHex } from '../primitives/hex.ts';
import { MAX_EVIDENCE_BYTES } from '../wire/limits.ts';
import { decodeWire, encodeWire, type RecordSchema } from '../wire/record.ts';
import { BATCH_HEADER, type BatchHeader } from './batch.ts';
import { COMMIT, type Commit } from './commit.ts';
import { LOCK_VOTE, type LockVote } from './lock-vote.ts';
import { RESULT_STATEMENT, type ResultStatement } from './result-statement.ts';
import { type Signed, signedFromWire, signedToWire } from './signed.ts';

/** Two different statements of one kind by one key for one duty: E1, 100 % of the stake, no vote needed. */
interface Pair<Kind extends string, T> {
  readonly kind: Kind;
  /** The offender. */
  readonly operator: Address;
  readonly first: Signed<T>;
  readonly second: Signed<T>;
}

export type Evidence =
  | Pair<'commit', Commit>
  | Pair<'lock-vote', LockVote>
  | Pair<'statement', ResultStatement>
  | Pair<'attestation', BatchHeader>;

export type EvidenceKind = Evidence['kind'];

/** Number of a kind on the wire and in Settlement.slashEquivocation. */
export const EVIDENCE_KINDS: readonly EvidenceKind[] = ['commit', 'lock-vote', 'statement', 'attestation'];

const SCHEMAS = {
  commit: COMMIT,
  'lock-vote': LOCK_VOTE,
  statement: RESULT_STATEMENT,
  attestation: BATCH_HEADER,
};

/** The schema of the statements in a pair of this kind. */
export const schemaOfEvidence = (kind: EvidenceKind): RecordSchema<unknown> => SCHEMAS[kind] as RecordSchema<unknown>;

export const encodeEvidence = ({ kind, operator, first, second }: Evidence): Uint8Array => {
  const schema = schemaOfEvidence(kind);
  return encodeWire([
    EVIDENCE_KINDS.indexOf(kind),
    fromHex(operator),
    signedToWire(schema, first),
    signedToWire(schema, second),
  ]);
};

export const decodeEvidence = (bytes: Uint8Array): Evidence => {
  const wire = decodeWire(bytes, MAX_EVIDENCE_BYTES);
  const kind = Array.isArray(wire) && wire.length === 4 ? EVIDENCE_KINDS[wire[0]] : undefined;
  if (kind === undefined || !Array.isArray(wire) || !(wire[1] instanceof Uint8Array)) {
    throw new ProtocolError('BAD_ENCODING', 'evidence: expected [kind, operator, first, second]');
  }
  const schema = schemaOfEvidence(kind);
  return {
    kind,
    operator: toAddress(toHex(wire[1])),
    first: signedFromWire(schema, wire[2]),
    second: signedFromWire(schema, wire[3]),
  } as Evidence;
};
