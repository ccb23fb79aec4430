import { z } from 'zod';

/** Proof that an operator said two things, or revealed what it had not committed to. */
export interface EvidenceView {
  readonly schema: 'mlb.evidence/1';
  readonly id: string;
  readonly operator: string;
  /** commit, lock-vote, statement, attestation, opening. */
  readonly kind: string;
  /** closed: the L2 has taken it, or refused it. */
  readonly state: 'open' | 'closed';
  /** As peers gossip it, in hex. */
  readonly bytes: string;
  readonly transactions: readonly string[];
}

export interface EvidenceList {
  readonly schema: 'mlb.evidence-list/1';
  readonly evidence: readonly EvidenceView[];
}

export const EvidenceViewSchema: z.ZodType<EvidenceView> = z.object({
  schema: z.literal('mlb.evidence/1'),
  id: z.string(),
  operator: z.string(),
  kind: z.string(),
  state: z.enum(['open', 'closed']),
  bytes: z.string(),
  transactions: z.array(z.string()),
});

export const EvidenceListSchema: z.ZodType<EvidenceList> = z.object({
  schema: z.literal('mlb.evidence-list/1'),
  evidence: z.array(EvidenceViewSchema),
});

export interface EvidenceSubmitBody {
  readonly account?: string | undefined;
}

export const EvidenceSubmitBodySchema: z.ZodType<EvidenceSubmitBody> = z.object({ account: z.string().optional() });

export const EvidenceIdSchema: z.ZodType<{ readonly id: string }> = z.object({
  id: z.string().regex(/^0x[0-9a-fA-F]{4,64}$/, 'expected the id of evidence, or its beginning'),
});
