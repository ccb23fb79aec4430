import type { Bytes32, Certificate, CommitteeSeat, Evidence, SeatMessage, TaskId } from '@mlb/protocol';

/** A statement that left, or could have left, a node. */
export interface SignedEntry {
  readonly atMs: number;
  readonly operator: number;
  readonly isHonest: boolean;
  readonly message: SeatMessage;
  /** The committee it was said in: after a reorg a round may have another one. */
  readonly seats: readonly CommitteeSeat[];
}

/** A body under a key, whatever it was: what I8 is about. */
export interface DutyEntry {
  readonly operator: number;
  readonly duty: string;
  readonly digest: Bytes32;
}

export interface CertificateEntry {
  readonly atMs: number;
  readonly operator: number;
  readonly certificate: Certificate;
  /** The seats it was verified against: after a reorg a round may have others. */
  readonly seats: readonly CommitteeSeat[];
  /** What the requester gets, where this node holds it. */
  readonly output: Uint8Array | undefined;
  readonly blind: Bytes32 | undefined;
}

/** An order of a run, under the id it got when it was signed. */
export interface OrderEntry {
  readonly taskId: TaskId;
  readonly requester: number;
  readonly atMs: number;
  readonly deadlineSec: bigint;
  /** Of a requester that follows the protocol. */
  readonly isHonest: boolean;
}

/** What happened, as an observer who sees everything notes it. */
export interface Journal {
  readonly orders: OrderEntry[];
  readonly signed: SignedEntry[];
  readonly duties: DutyEntry[];
  readonly certificates: CertificateEntry[];
  readonly evidence: { readonly operator: number; readonly evidence: Evidence }[];
  /** Gossip of an honest node that another honest node called proof of badness. */
  readonly rejected: { readonly from: number; readonly by: number; readonly what: string }[];
  /** Effects `settleable` and `refund`, as `operator/taskId`. */
  readonly settleable: Map<string, Certificate>;
  readonly refunds: Set<string>;
  readonly disputes: Set<string>;
  readonly audits: Set<string>;
  readonly declines: Set<string>;
  readonly verdicts: Set<string>;
  /** Seats by `taskId/round`, as they were last drawn. */
  readonly committees: Map<string, readonly CommitteeSeat[]>;
  /** Violations seen while the run went on. */
  readonly violations: string[];
  crashes: number;
  reorgs: number;
  messages: number;
}

export const createJournal = (): Journal => ({
  ...{ orders: [], signed: [], duties: [], certificates: [], evidence: [], rejected: [] },
  ...{ settleable: new Map(), refunds: new Set(), disputes: new Set(), audits: new Set(), declines: new Set() },
  ...{ verdicts: new Set(), committees: new Map(), violations: [], crashes: 0, reorgs: 0, messages: 0 },
});
