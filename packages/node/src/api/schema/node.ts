import { z } from 'zod';
import { AddressText } from './primitive.ts';

export interface HealthCheck {
  readonly name: string;
  readonly ok: boolean;
  /** What was seen; when not ok also what to do. */
  readonly detail: string;
}

export interface NodeStatus {
  readonly schema: 'mlb.node/1';
  readonly version: string;
  readonly peerId: string;
  readonly multiaddrs: readonly string[];
  readonly network: { readonly name: string; readonly chainId: number; readonly settlement: string };
  readonly chain: {
    readonly connected: boolean;
    readonly headBlock: number;
    readonly indexedBlock: number;
    readonly epoch: string;
  };
  readonly operator?: string | undefined;
  readonly sessionKey?: string | undefined;
  /** This operator is in the current epoch's draw. */
  readonly eligible: boolean;
  readonly executorProfile: 'fast' | 'strict';
  readonly peers: number;
  readonly tasks: { readonly open: number; readonly agreed: number; readonly settled: number; readonly failed: number };
  readonly uptimeSec: number;
  readonly checks: readonly HealthCheck[];
}

export interface Readiness {
  readonly schema: 'mlb.ready/1';
  readonly ready: boolean;
  readonly checks: readonly HealthCheck[];
}

export const HealthCheckSchema: z.ZodType<HealthCheck> = z.object({
  name: z.string(),
  ok: z.boolean(),
  detail: z.string(),
});

export const NodeStatusSchema: z.ZodType<NodeStatus> = z.object({
  schema: z.literal('mlb.node/1'),
  version: z.string(),
  peerId: z.string(),
  multiaddrs: z.array(z.string()),
  network: z.object({ name: z.string(), chainId: z.number().int(), settlement: AddressText }),
  chain: z.object({
    connected: z.boolean(),
    headBlock: z.number().int(),
    indexedBlock: z.number().int(),
    epoch: z.string(),
  }),
  operator: AddressText.optional(),
  sessionKey: AddressText.optional(),
  eligible: z.boolean(),
  executorProfile: z.enum(['fast', 'strict']),
  peers: z.number().int(),
  tasks: z.object({
    open: z.number().int(),
    agreed: z.number().int(),
    settled: z.number().int(),
    failed: z.number().int(),
  }),
  uptimeSec: z.number(),
  checks: z.array(HealthCheckSchema),
});

export const ReadinessSchema: z.ZodType<Readiness> = z.object({
  schema: z.literal('mlb.ready/1'),
  ready: z.boolean(),
  checks: z.array(HealthCheckSchema),
});
