import { type Certificate, mergeCertificates, type Verified } from '@mlb/protocol';
import type { TaskRecord } from './node.ts';

/** Notes a certificate, what it merges to, and when the first of round 0 came. */
export const keepCertificate = (task: TaskRecord, certificate: Verified<Certificate>, headBlock: bigint): void => {
  const { round } = certificate.statement;
  const known = task.certificates.get(round);
  const merged = known === undefined ? certificate : (mergeCertificates(known, certificate) ?? known);
  task.certificates.set(round, merged);
  if (round === 0) task.certifiedAtBlock ??= headBlock;
};

/** Notes how full a certificate gossip has brought: nobody needs to gossip a lesser one. */
export const noteGossiped = (task: TaskRecord, { statement, signatures }: Certificate): void => {
  task.gossiped.set(statement.round, Math.max(task.gossiped.get(statement.round) ?? 0, signatures.length));
};
