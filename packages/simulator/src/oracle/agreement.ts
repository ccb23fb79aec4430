import {
  BPS,
  type Bytes32,
  COMMIT,
  type CommitteeSeat,
  hashRecord,
  isSameStatement,
  THRESHOLD_BPS,
  totalWeightOf,
  verifyCertificate,
  weightOf,
} from '@mlb/protocol';
import type { Outcome } from '../run.ts';
import {
  dishonestSeats,
  isHonestOperator,
  isSameOutput,
  type Oracle,
  shortId,
  truthFor,
  type Violation,
} from './facts.ts';
import type { CertificateEntry } from './journal.ts';

/** Below 2 q - n of the weight no double signing makes two certificates: with q = 70 % that is 40 %. */
const canConflict = (outcome: Outcome, seats: readonly CommitteeSeat[]): boolean =>
  weightOf(seats, dishonestSeats(outcome, seats)) * BPS >= (2n * THRESHOLD_BPS - BPS) * totalWeightOf(seats);

/** Certificates that contradict one of the same task, round and committee. */
export const conflictsOf = (outcome: Outcome): readonly CertificateEntry[] => {
  const first = new Map<string, CertificateEntry[]>();
  return outcome.journal.certificates.filter((entry) => {
    const { taskId, round } = entry.certificate.statement;
    const known = first.get(`${taskId}/${round}`) ?? [];
    first.set(`${taskId}/${round}`, [...known, entry]);
    return known.some(
      ({ certificate, seats }) =>
        seats === entry.seats && !isSameStatement(certificate.statement, entry.certificate.statement),
    );
  });
};

/** I1. */
export const oneValue: Oracle = (outcome) =>
  conflictsOf(outcome)
    .filter(({ seats }) => !canConflict(outcome, seats))
    .map(({ certificate: { statement } }) => `I1 two certificates of ${shortId(statement.taskId)} r${statement.round}`);

const faultOf = (outcome: Outcome, { certificate, seats, output }: CertificateEntry): Violation | undefined => {
  const { domain, secp256k1 } = outcome.universe;
  const { taskId, round } = certificate.statement;
  const verdict = verifyCertificate({ domain, secp256k1, seats, certificate });
  const name = `${shortId(taskId)} r${round}`;
  if (typeof verdict === 'string') return `I2 the certificate of ${name} is ${verdict}`;
  const rows = certificate.signatures.flatMap(({ seat }) => seats[seat]?.row ?? []);
  const wrong = rows.find(
    (row) =>
      output !== undefined &&
      isHonestOperator(outcome, row) &&
      !isSameOutput(outcome, output, truthFor(outcome, taskId, row)),
  );
  return wrong === undefined ? undefined : `I2 honest operator ${wrong} signed what it disagrees with, ${name}`;
};

/** I2. Equal certificates are checked once. */
export const backed: Oracle = (outcome) => {
  const seen = new Set<string>();
  return outcome.journal.certificates.flatMap((entry) => {
    const { statement, signatures } = entry.certificate;
    const name = `${statement.resultDigest}/${statement.lockRoot}/${signatures.length}/${entry.output === undefined}`;
    if (seen.has(name)) return [];
    seen.add(name);
    return faultOf(outcome, entry) ?? [];
  });
};

/** What dishonest operators committed to in one committee: struct hash and when it was first said. */
type Commits = Map<string, Map<Bytes32, number>>;

/** First honest reveal, and commits of dishonest operators, by task, round and committee. */
const timesOf = ({ journal }: Outcome): { readonly revealedMs: Map<string, number>; readonly commits: Commits } => {
  const revealedMs = new Map<string, number>();
  const commits: Commits = new Map();
  /** Wherever it was said first: a commit said again to a substitute is as old as it was. */
  const saidMs = new Map<Bytes32, number>();
  for (const { atMs, isHonest, message, operator, seats } of journal.signed) {
    const committee = seats.map(({ row }) => row).join(',');
    if (message.type === 'reveal' && isHonest) {
      const { taskId, round } = message.reveal.body;
      const place = `${taskId}/${round}/${committee}`;
      if (!revealedMs.has(place)) revealedMs.set(place, atMs);
    }
    if (message.type !== 'commit' || isHonest) continue;
    const { body } = message.commit;
    const name = `${body.taskId}/${body.round}/${committee} ${operator}`;
    const known = commits.get(name) ?? new Map<Bytes32, number>();
    const hash = hashRecord(COMMIT, body);
    saidMs.set(hash, saidMs.get(hash) ?? atMs);
    commits.set(name, known.set(hash, saidMs.get(hash) ?? atMs));
  }
  return { revealedMs, commits };
};

/** I3: no certified lock holds a commit made after an honest reveal of its round, unless its seat made two. */
export const copyProof: Oracle = (outcome) => {
  const locked = new Set(
    outcome.journal.certificates.flatMap(({ certificate }) => certificate.locked.map((l) => l.commitStructHash)),
  );
  const { revealedMs, commits } = timesOf(outcome);
  return [...commits].flatMap(([name, hashes]) => {
    const openMs = revealedMs.get(name.split(' ')[0] ?? '') ?? Number.POSITIVE_INFINITY;
    const isLate = [...hashes].some(([hash, atMs]) => atMs > openMs && locked.has(hash));
    return isLate && hashes.size === 1 ? [`I3 a late copy was locked: ${name}`] : [];
  });
};

/** I8: one body for each duty of an honest key, in all its lives. */
export const signedOnce: Oracle = ({ journal }) => {
  const digests = new Map<string, string>();
  return journal.duties.flatMap(({ operator, duty, digest }) => {
    const name = `${operator} ${duty}`;
    const before = digests.get(name) ?? digest;
    digests.set(name, before);
    return before === digest ? [] : [`I8 operator ${operator} signed two bodies for ${duty}`];
  });
};
