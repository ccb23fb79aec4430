import { ProtocolError } from '../errors.ts';
import type { Address } from '../primitives/hex.ts';
import { fromHex, Address as toAddress, toHex } from '../primitives/hex.ts';
import { MAX_EVIDENCE_BYTES } from '../wire/limits.ts';
import { decodeWire, encodeWire, type RecordSchema } from '../wire/record.ts';
import { BATCH_HEADER, type BatchHeader } from './batch.ts';
import { COMMIT, type Commit } from './commit.ts';
import { LOCK_VOTE, type LockVote } from './lock-vote.ts';
import { RESULT_STATEMENT, type ResultStatement } from './result-statement.ts';
import { REVEAL, type Reveal } from './reveal.ts';
import { type Signed, signedFromWire, signedToWire } from './signed.ts';

/** Two different statements of one kind by one key for one duty: E1, 100 % of the stake, no vote needed. */
interface Pair<Kind extends string, T> {
  readonly kind: Kind;
  /** The offender. */
  readonly operator: Address;
  readonly first: Signed<T>;
  readonly second: Signed<T>;
}

/** A commit and a reveal of one seat that does not open it: E2, half of the stake. */
export interface FalseOpening {
  readonly kind: 'opening';
  /** The offender. */
  readonly operator: Address;
  readonly first: Signed<Commit>;
  readonly second: Signed<Reveal>;
}

export type Evidence =
  | Pair<'commit', Commit>
  | Pair<'lock-vote', LockVote>
  | Pair<'statement', ResultStatement>
  | Pair<'attestation', BatchHeader>
  | FalseOpening;

export type EvidenceKind = Evidence['kind'];

/** Number of a kind on the wire; 0 to 3 also in Settlement.slashEquivocation. 4 goes to Settlement.slashFalseReveal. */
export const EVIDENCE_KINDS: readonly EvidenceKind[] = ['commit', 'lock-vote', 'statement', 'attestation', 'opening'];

const SCHEMAS = {
  commit: [COMMIT, COMMIT],
  'lock-vote': [LOCK_VOTE, LOCK_VOTE],
  statement: [RESULT_STATEMENT, RESULT_STATEMENT],
  attestation: [BATCH_HEADER, BATCH_HEADER],
  opening: [COMMIT, REVEAL],
};

/** The schema of one side of evidence of this kind; both sides have the same one in all kinds but `opening`. */
export const schemaOfEvidence = (kind: EvidenceKind, side: 'first' | 'second' = 'first'): RecordSchema<unknown> =>
  SCHEMAS[kind][side === 'first' ? 0 : 1] as unknown as RecordSchema<unknown>;

export const encodeEvidence = ({ kind, operator, first, second }: Evidence): Uint8Array => {
  return encodeWire([
    EVIDENCE_KINDS.indexOf(kind),
    fromHex(operator),
    signedToWire(schemaOfEvidence(kind, 'first'), first),
    signedToWire(schemaOfEvidence(kind, 'second'), second),
  ]);
};

export const decodeEvidence = (bytes: Uint8Array): Evidence => {
  const wire = decodeWire(bytes, MAX_EVIDENCE_BYTES);
  const kind = Array.isArray(wire) && wire.length === 4 ? EVIDENCE_KINDS[wire[0]] : undefined;
  if (kind === undefined || !Array.isArray(wire) || !(wire[1] instanceof Uint8Array)) {
    throw new ProtocolError('BAD_ENCODING', 'evidence: expected [kind, operator, first, second]');
  }
  return {
    kind,
    operator: toAddress(toHex(wire[1])),
    first: signedFromWire(schemaOfEvidence(kind, 'first'), wire[2]),
    second: signedFromWire(schemaOfEvidence(kind, 'second'), wire[3]),
  } as Evidence;
};
