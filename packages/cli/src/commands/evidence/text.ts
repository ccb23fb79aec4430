import type { EvidenceView } from '@mlb/node/client';
import { facts } from '../../table.ts';

export const evidenceText = ({ id, operator, kind, state, bytes, transactions }: EvidenceView): string =>
  facts([
    ['evidence', id],
    ['operator', operator],
    ['kind', kind],
    ['state', state],
    ['bytes', bytes],
    ...transactions.map((transaction) => ['transaction', transaction] as const),
  ]);
