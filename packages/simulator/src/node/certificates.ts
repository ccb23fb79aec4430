import { type Certificate, mergeCertificates, type Verified } from '@mlb/protocol';
import type { TaskRecord } from './node.ts';

/** Notes a certificate and what it merges to. Whether it says more than what was known. */
export const keepCertificate = (task: TaskRecord, certificate: Verified<Certificate>): boolean => {
  const { round } = certificate.statement;
  const known = task.certificates.get(round);
  const merged = known === undefined ? certificate : (mergeCertificates(known, certificate) ?? known);
  task.certificates.set(round, merged);
  return known === undefined || merged.signatures.length > known.signatures.length;
};
