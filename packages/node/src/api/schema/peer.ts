import { z } from 'zod';

export interface PeerIdentity {
  readonly schema: 'mlb.peer-identity/1';
  readonly peerId: string;
  /** Full multiaddrs with /p2p/<peerId>: what another node dials. */
  readonly multiaddrs: readonly string[];
}

export interface PeerView {
  readonly peerId: string;
  readonly multiaddr: string;
  readonly direction: 'inbound' | 'outbound';
  readonly encryption?: string | undefined;
  readonly latencyMs?: number | undefined;
  /** gossipsub's score. */
  readonly score?: number | undefined;
  /** Operator this peer key is registered to. */
  readonly operator?: string | undefined;
}

export interface PeerList {
  readonly schema: 'mlb.peers/1';
  readonly peers: readonly PeerView[];
}

export interface PingView {
  readonly schema: 'mlb.ping/1';
  readonly peerId: string;
  readonly roundTripMs: number;
}

export const PeerIdentitySchema: z.ZodType<PeerIdentity> = z.object({
  schema: z.literal('mlb.peer-identity/1'),
  peerId: z.string(),
  multiaddrs: z.array(z.string()),
});

export const PeerViewSchema: z.ZodType<PeerView> = z.object({
  peerId: z.string(),
  multiaddr: z.string(),
  direction: z.enum(['inbound', 'outbound']),
  encryption: z.string().optional(),
  latencyMs: z.number().optional(),
  score: z.number().optional(),
  operator: z.string().optional(),
});

export const PeerListSchema: z.ZodType<PeerList> = z.object({
  schema: z.literal('mlb.peers/1'),
  peers: z.array(PeerViewSchema),
});

export const PingViewSchema: z.ZodType<PingView> = z.object({
  schema: z.literal('mlb.ping/1'),
  peerId: z.string(),
  roundTripMs: z.number(),
});

export const DialBodySchema: z.ZodType<{ readonly multiaddr: string }> = z.strictObject({
  multiaddr: z.string().min(1).max(512),
});

export const PingBodySchema: z.ZodType<{ readonly target: string }> = z.strictObject({
  target: z.string().min(1).max(512),
});
