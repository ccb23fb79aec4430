import {
  type Address,
  assembleCertificate,
  type BlockHash,
  type Bytes32,
  COMMIT,
  type CommitteeSeat,
  DECLINE,
  type Domain,
  digestOf,
  drawUnion,
  hashRecord,
  lockRootOf,
  MAX_CERTIFICATE_SIGNERS,
  RESULT_STATEMENT,
  roundSeedBlockOf,
  type SeatSignature,
  type Secp256k1,
  type SettledTask,
  type Snapshot,
  seedBlockOf,
  type TaskOrder,
  taskIdOf,
  type UnionInput,
} from '@mlb/protocol';

export interface OrderChoice {
  readonly requester: string;
  readonly order?: Partial<TaskOrder>;
  /** Round of the certificate; 0 unless given. */
  readonly round?: number;
  /** Drawn seats of round 0 that pass to their substitutes. */
  readonly declined?: readonly number[];
  /** All seats unless given. */
  readonly locked?: readonly number[];
  /** All that are locked unless given, as far as a certificate holds them. */
  readonly signers?: readonly number[];
}

/** Where the task is ordered and seated. */
export interface TaskPlace {
  readonly domain: Domain;
  readonly secp256k1: Secp256k1;
  readonly snapshot: Snapshot;
  readonly provider: Address;
  readonly seedLagBlocks: number;
  readonly roundBlocks: number;
  readonly blockHash: (block: bigint) => BlockHash | undefined;
  /** 32 bytes that depend on the name only. */
  readonly bytes32: (name: string) => Bytes32;
  /** Key of the session that stands in this row. */
  readonly sessionKeyOf: (row: number) => Uint8Array;
}

const signaturesOf = (
  { secp256k1, sessionKeyOf }: TaskPlace,
  { digest, seats, numbers }: { readonly digest: Bytes32; seats: readonly CommitteeSeat[]; numbers: readonly number[] },
): readonly SeatSignature[] =>
  numbers.map((seat) => ({
    seat,
    signature: secp256k1.sign(digest, sessionKeyOf(seats[seat]?.row ?? 0)),
  }));

const seatsOf = (draw: UnionInput): readonly CommitteeSeat[] => {
  const union = drawUnion(draw);
  if (typeof union === 'string') throw new Error(`the network gives no committee: ${union}`);
  return union.seats;
};

/** A task as its seats really sign it: the committee of its round, drawn with whoever declined. */
export const settleTask = (
  place: TaskPlace,
  { body, orderKey, choice }: { readonly body: TaskOrder; readonly orderKey: Uint8Array; readonly choice: OrderChoice },
): SettledTask => {
  const { domain, secp256k1, snapshot, bytes32 } = place;
  const { round = 0, declined = [] } = choice;
  const taskId = taskIdOf(domain, body);
  const seedBlock = seedBlockOf(body.anchorBlock, place.seedLagBlocks);
  const draw: UnionInput = {
    domain,
    secp256k1,
    taskId,
    snapshot,
    redundancy: body.redundancy,
    exclude: [body.requester, place.provider],
    seedHash: (later) => place.blockHash(roundSeedBlockOf(seedBlock, later, place.roundBlocks)),
    round,
    declines: [],
  };
  const drawn = seatsOf({ ...draw, round: 0 });
  const declines = declined.flatMap((seat) => {
    const digest = digestOf(domain, DECLINE, { taskId, round: 0, seat });
    return signaturesOf(place, { digest, seats: drawn, numbers: [seat] });
  });
  const seats = seatsOf({ ...draw, declines });
  const lockedSeats = choice.locked ?? seats.map((_, seat) => seat);
  const locked = lockedSeats.map((seat) => {
    const commitHash = bytes32(`commit of ${seat}`);
    const blindShare = bytes32(`blind of ${seat}`);
    return { seat, commitStructHash: hashRecord(COMMIT, { taskId, round, seat, commitHash, blindShare }) };
  });
  const lockRoot = lockRootOf(locked);
  const resultDigest = bytes32(`result of ${taskId}`);
  const { epoch } = snapshot;
  const statement = { taskId, round, epoch, seatCount: seats.length, lockRoot, resultDigest };
  const digest = digestOf(domain, RESULT_STATEMENT, statement);
  const numbers = choice.signers ?? lockedSeats.slice(0, MAX_CERTIFICATE_SIGNERS);
  return {
    order: { body, signature: secp256k1.sign(taskId, orderKey) },
    certificate: assembleCertificate({
      statement,
      signatures: signaturesOf(place, { digest, seats, numbers }),
      locked,
    }),
    declines,
    audit: undefined,
    verdict: undefined,
  };
};
