import { z } from 'zod';

export interface BatchView {
  readonly index: string;
  readonly headerDigest: string;
  readonly transaction: string;
  readonly postedAtBlock: number;
  readonly gasUsed?: number | undefined;
  readonly leafCount?: number | undefined;
  /** A fraud was proven: its money is back. */
  readonly isReverted?: boolean | undefined;
}

export interface SettlementView {
  readonly schema: 'mlb.settlement/1';
  readonly settlement: string;
  /** Wei per million compute units, of the last batch: what orders are quoted with. */
  readonly baseFeeWei?: string | undefined;
  /** Index of the next batch. */
  readonly nextIndex: string;
  /** Agreed tasks this node knows that are in no posted batch yet. */
  readonly pendingTasks: number;
  readonly settledTasks: number;
  /** Newest first, bounded. */
  readonly batches: readonly BatchView[];
}

export const SettlementViewSchema: z.ZodType<SettlementView> = z.object({
  schema: z.literal('mlb.settlement/1'),
  settlement: z.string(),
  baseFeeWei: z.string().optional(),
  nextIndex: z.string(),
  pendingTasks: z.number().int(),
  settledTasks: z.number().int(),
  batches: z.array(
    z.object({
      index: z.string(),
      headerDigest: z.string(),
      transaction: z.string(),
      postedAtBlock: z.number().int(),
      gasUsed: z.number().int().optional(),
      leafCount: z.number().int().optional(),
      isReverted: z.boolean().optional(),
    }),
  ),
});
