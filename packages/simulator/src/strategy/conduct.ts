import type {
  AgreementMode,
  Bytes32,
  Certificate,
  RecordSchema,
  Seat,
  SeatMessage,
  SettledTask,
  Signed,
  TaskId,
  TopicKind,
  Unsigned,
} from '@mlb/protocol';

/** What one execution gave, and how long it took. */
export interface Execution {
  readonly output: Uint8Array;
  readonly delayMs: number;
}

/** A seat of a dishonest operator, and what it can do with it. */
export interface SeatView {
  readonly operator: number;
  readonly taskId: TaskId;
  readonly round: number;
  readonly mySeat: number;
  readonly seats: readonly Seat[];
  readonly mode: AgreementMode;
  /** Signs with the session key. No guard asks whether it said something else before. */
  readonly sign: (unsigned: Unsigned) => SeatMessage;
  readonly signBody: <T>(schema: RecordSchema<T>, body: T) => Signed<T>;
  /** A number in [0, 1) of this seat and name. */
  readonly random: (name: string) => number;
  /** 32 bytes of this seat and name. */
  readonly secret: (name: string) => Bytes32;
  /** True the first time it is asked about a name, in all lives of the operator. */
  readonly once: (name: string) => boolean;
  /** An output that many tolerances away from the honest one; `name` makes different ones. */
  readonly wrongOutput: (tolerances: number, name?: string) => Uint8Array;
  /** Seats of this round that share a side channel with us, our own among them. */
  readonly accomplices: readonly number[];
}

/** A message to some seats, or to all others; after a while, or at once. */
export interface Utterance {
  readonly message: SeatMessage;
  readonly to?: readonly number[];
  readonly delayMs?: number;
}

/** A gossip message, after a while or at once. */
export interface Rumour {
  readonly kind: TopicKind;
  readonly bytes: Uint8Array;
  readonly delayMs?: number;
}

/**
 * How an operator departs from the protocol. It runs the honest node; each hook replaces one thing that node does, and one
 * that is not given leaves it as it is.
 */
export interface Conduct {
  /** What it makes of an execution. Undefined: it has none. */
  readonly execute?: (view: SeatView, honest: Execution) => Execution | undefined;
  /** What goes out instead of an own message. */
  readonly speak?: (view: SeatView, message: SeatMessage) => readonly Utterance[];
  /** What it says about a message of another seat. */
  readonly hear?: (view: SeatView, message: SeatMessage) => readonly Utterance[];
  /** What it gossips about a certificate that its node holds. */
  readonly certified?: (view: SeatView, certificate: Certificate) => readonly Rumour[];
  /** What goes out instead of an own gossip message. */
  readonly publish?: (rumour: Rumour) => readonly Rumour[];
  /** What it gossips about somebody else's gossip. */
  readonly overhear?: (rumour: Rumour, random: (name: string) => number) => readonly Rumour[];
  /** False: it forwards nothing of other seats. */
  readonly relays?: false;
  /** As the leader of a batch. */
  readonly select?: (tasks: readonly SettledTask[]) => readonly SettledTask[];
  /** False: it attests no batch. */
  readonly attests?: false;
}

export interface Strategy {
  readonly summary: string;
  readonly conduct: Conduct;
  /** Whether it signs two things for one duty: only then may evidence exist against it. */
  readonly isEquivocating?: true;
}
