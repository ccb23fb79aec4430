import type { AgreementMode } from '@mlb/protocol';
import { z } from 'zod';
import { AccountName, Wei } from './primitive.ts';

/** What a provider says of a model when it publishes it. */
export interface ModelListing {
  readonly name: string;
  /** Fee of one task for the provider. */
  readonly priceWei: string;
  readonly mode: AgreementMode;
  /** Provider's account in the keystore; the configured provider when undefined. */
  readonly account?: string | undefined;
}

/** `-1` is a free dimension. */
export interface TensorSignature {
  readonly name: string;
  /** KServe v2 name, such as FP32. */
  readonly datatype: string;
  readonly shape: readonly number[];
}

export interface ModelSignature {
  readonly inputs: readonly TensorSignature[];
  readonly outputs: readonly TensorSignature[];
}

export interface ModelView {
  readonly schema: 'mlb.model/1';
  readonly modelId: string;
  readonly name: string;
  readonly provider: string;
  readonly cid: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly priceWei: string;
  /** Quoted charge of one task at default redundancy, all fees included. */
  readonly quoteWei?: string | undefined;
  readonly computeUnits: number;
  readonly mode: AgreementMode;
  readonly engine: string;
  readonly active: boolean;
  /** The bytes are in this node's store. */
  readonly held: boolean;
  readonly transaction?: string | undefined;
}

export interface ModelList {
  readonly schema: 'mlb.models/1';
  readonly models: readonly ModelView[];
}

export const AgreementModeSchema: z.ZodType<AgreementMode> = z.discriminatedUnion('type', [
  z.object({ type: z.literal('exact') }),
  z.object({ type: z.literal('tolerance'), atol: z.number().nonnegative(), rtol: z.number().nonnegative() }),
]);

export const ModelViewSchema: z.ZodType<ModelView> = z.object({
  schema: z.literal('mlb.model/1'),
  modelId: z.string(),
  name: z.string(),
  provider: z.string(),
  cid: z.string(),
  sha256: z.string(),
  sizeBytes: z.number().int(),
  priceWei: Wei,
  quoteWei: Wei.optional(),
  computeUnits: z.number().int(),
  mode: AgreementModeSchema,
  engine: z.string(),
  active: z.boolean(),
  held: z.boolean(),
  transaction: z.string().optional(),
});

export const ModelListSchema: z.ZodType<ModelList> = z.object({
  schema: z.literal('mlb.models/1'),
  models: z.array(ModelViewSchema),
});

/** Query of POST /v1/models; the body is the file. */
export interface PublishQuery {
  readonly name: string;
  readonly priceWei: string;
  readonly mode: 'exact' | 'tolerance';
  readonly atol: number;
  readonly rtol: number;
  readonly account?: string | undefined;
}

export const PublishQuerySchema: z.ZodType<PublishQuery> = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'expected 1 to 64 of A-Z a-z 0-9 . _ -'),
  priceWei: Wei,
  mode: z.enum(['exact', 'tolerance']),
  // All honest runtime classes agree at 1e-4 (research/onnx.md): ten times that.
  atol: z.coerce.number().min(0).max(1).default(1e-3),
  rtol: z.coerce.number().min(0).max(1).default(1e-3),
  account: AccountName.optional(),
});

const TensorSignatureSchema: z.ZodType<TensorSignature> = z.object({
  name: z.string(),
  datatype: z.string(),
  shape: z.array(z.number().int()),
});

export const ModelSignatureSchema: z.ZodType<ModelSignature> = z.object({
  inputs: z.array(TensorSignatureSchema),
  outputs: z.array(TensorSignatureSchema),
});
