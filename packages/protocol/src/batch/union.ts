import type { CommitteeSeat } from '../committee/draw.ts';
import { drawLaterSeats } from '../committee/later-round.ts';
import { seedOf } from '../committee/seed.ts';
import { drawFirstSeats, type FirstDraw, occupantsOf } from '../committee/substitute.ts';
import type { SeatSignature } from '../message/certificate.ts';
import { DECLINE } from '../message/decline.ts';
import { type Domain, digestOf } from '../message/domain.ts';
import type { Snapshot } from '../operators/snapshot.ts';
import type { Address, BlockHash, TaskId } from '../primitives/hex.ts';
import type { Secp256k1 } from '../primitives/signature.ts';

export interface UnionInput {
  readonly domain: Domain;
  readonly secp256k1: Pick<Secp256k1, 'recover'>;
  readonly taskId: TaskId;
  readonly snapshot: Pick<Snapshot, 'rows'>;
  /** Seats of round 0. */
  readonly redundancy: number;
  /** The requester and the model's provider. */
  readonly exclude: readonly Address[];
  /** Hash of b_r, the block that seeds round r; undefined when it is unknown. */
  readonly seedHash: (round: number) => BlockHash | undefined;
  /** The last round to draw. */
  readonly round: number;
  /** By drawn seats of round 0. */
  readonly declines: readonly SeatSignature[];
}

/** Who sat in a task up to a round. */
export interface Union {
  /** In seat order; the seats of round 0 are held by whoever did not decline. */
  readonly seats: readonly CommitteeSeat[];
  /** Drawn for round 0 and passed on, in the order of the declines. They are drawn no more. */
  readonly decliners: readonly CommitteeSeat[];
}

export type UnionFault = 'UNKNOWN_BLOCK' | 'NO_COMMITTEE' | 'BAD_DECLINE';

const drawFirst = (input: UnionInput): FirstDraw | UnionFault => {
  const { domain, taskId, snapshot, redundancy, exclude } = input;
  const blockHash = input.seedHash(0);
  if (blockHash === undefined) return 'UNKNOWN_BLOCK';
  const seed = seedOf({ domain, taskId, round: 0, blockHash });
  return drawFirstSeats({ seed, snapshot, redundancy, exclude }) ?? 'NO_COMMITTEE';
};

/** Every decline is signed by whom the seat was drawn for, and there is somebody to take it. */
const areDeclinesValid = (input: UnionInput, { seats, substitutes }: FirstDraw): boolean =>
  input.declines.every(({ seat, signature }, i) => {
    if (seat <= (input.declines[i - 1]?.seat ?? -1) || substitutes[seat] === undefined) return false;
    const digest = digestOf(input.domain, DECLINE, { taskId: input.taskId, round: 0, seat });
    return input.secp256k1.recover(digest, signature) === seats[seat]?.sessionKey;
  });

/** Draws again everyone who sat up to a round, from nothing but the snapshot, the seed blocks and signed declines. */
export const drawUnion = (input: UnionInput): Union | UnionFault => {
  const { domain, taskId, snapshot, redundancy, exclude, round } = input;
  const first = drawFirst(input);
  if (typeof first === 'string') return first;
  if (!areDeclinesValid(input, first)) return 'BAD_DECLINE';
  const declined = input.declines.map(({ seat }) => seat);
  const decliners = declined.flatMap((seat) => first.seats[seat] ?? []);
  let seats = occupantsOf(first, declined);
  const barred = [...exclude, ...decliners.map(({ operator }) => operator)];
  for (let later = 1; later <= round; later += 1) {
    const blockHash = input.seedHash(later);
    if (blockHash === undefined) return 'UNKNOWN_BLOCK';
    const seed = seedOf({ domain, taskId, round: later, blockHash });
    const fresh = drawLaterSeats({ seed, snapshot, round: later, redundancy, earlier: seats, exclude: barred });
    if (fresh === undefined) return 'NO_COMMITTEE';
    seats = [...seats, ...fresh];
  }
  return { seats, decliners };
};
