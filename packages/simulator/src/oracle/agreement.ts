import {
  BPS,
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

/** I3: no certified lock holds a commit made after an honest reveal of its round, unless its seat made two. */
export const copyProof: Oracle = (outcome) => {
  const { signed, certificates } = outcome.journal;
  const locked = new Set(certificates.flatMap(({ certificate }) => certificate.locked.map((l) => l.commitStructHash)));
  const revealedMs = new Map<string, number>();
  const commits = new Map<string, Map<string, number>>();
  for (const { atMs, isHonest, message, operator } of signed) {
    if (message.type === 'reveal' && isHonest) {
      const { taskId, round } = message.reveal.body;
      if (!revealedMs.has(`${taskId}/${round}`)) revealedMs.set(`${taskId}/${round}`, atMs);
    }
    if (message.type !== 'commit' || isHonest) continue;
    const { taskId, round } = message.commit.body;
    const name = `${taskId}/${round} ${operator}`;
    const known = commits.get(name) ?? new Map<string, number>();
    const hash = hashRecord(COMMIT, message.commit.body);
    commits.set(name, known.set(hash, known.get(hash) ?? atMs));
  }
  return [...commits].flatMap(([name, hashes]) => {
    const openMs = revealedMs.get(name.split(' ')[0] ?? '') ?? Number.POSITIVE_INFINITY;
    const isLate = [...hashes].some(([hash, atMs]) => atMs > openMs && locked.has(hash as never));
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
