import {
  decodeSeatMessage,
  type RoundParams,
  type Seat,
  type SeatMessage,
  type SeatMessageRejection,
  type Verified,
  validateSeatMessage,
} from '@mlb/protocol';
import type { World } from '../world.ts';

type Checked = Verified<SeatMessage> | SeatMessageRejection;

const decoded = new WeakMap<Uint8Array, SeatMessage>();
const checked = new WeakMap<SeatMessage, WeakMap<readonly Seat[], Checked>>();

/** What the bytes say. All receivers of the same bytes decode the same: done once. Throws ProtocolError. */
export const decodeFrame = (frame: Uint8Array): SeatMessage => {
  const message = decoded.get(frame) ?? decodeSeatMessage(frame);
  decoded.set(frame, message);
  return message;
};

/** The validator's word on a message: a pure function of it and the round, so members of one committee share it. */
export const checkMessage = ({ universe }: World, params: RoundParams, message: SeatMessage): Checked => {
  const bySeats = checked.get(message) ?? new WeakMap<readonly Seat[], Checked>();
  checked.set(message, bySeats);
  const { domain, secp256k1 } = universe;
  const known = bySeats.get(params.seats) ?? validateSeatMessage({ domain, secp256k1, params, message });
  bySeats.set(params.seats, known);
  return known;
};
