import { ProtocolError } from '../errors.ts';
import { type Address, type Bytes32, type ModelId, TaskId } from '../primitives/hex.ts';
import { MAX_INLINE_INPUT_BYTES, MAX_ORDER_BYTES } from '../wire/limits.ts';
import { decodeWire, encodeWire, type RecordSchema } from '../wire/record.ts';
import { type Domain, digestOf } from './domain.ts';
import { type Signed, signedFromWire, signedToWire } from './signed.ts';

/** Where the input is. */
export const INPUT_INLINE: number = 0;
export const INPUT_CID: number = 1;

/** What a requester signs with the key that owns its escrow (protocol.md section 2). */
export interface TaskOrder {
  readonly requester: Address;
  readonly modelId: ModelId;
  readonly inputKind: number;
  /** sha256 of the canonical input bytes. */
  readonly inputHash: Bytes32;
  /** sha256 digest of the input's CID, zero for an inline input. */
  readonly inputCidDigest: Bytes32;
  readonly computeUnits: number;
  readonly maxFee: bigint;
  readonly tipPerSeat: bigint;
  readonly valueAtRisk: bigint;
  /** Seats of round 0. */
  readonly redundancy: number;
  /** 0 = the model's own tolerance; higher classes only tighten it. */
  readonly tolClass: number;
  readonly flags: number;
  readonly anchorBlock: bigint;
  readonly anchorHash: Bytes32;
  /** L2 time in seconds after which the order can no longer be settled: then it is refunded. */
  readonly deadline: bigint;
  /** Unordered: word = nonce >> 8 of the on-chain bitmap. */
  readonly nonce: bigint;
  /** Ed25519 public key of the peer that wants the result. */
  readonly replyKey: Bytes32;
}

export const TASK_ORDER: RecordSchema<TaskOrder> = {
  name: 'TaskOrder',
  fields: {
    requester: 'address',
    modelId: 'bytes32',
    inputKind: 'uint8',
    inputHash: 'bytes32',
    inputCidDigest: 'bytes32',
    computeUnits: 'uint32',
    maxFee: 'uint128',
    tipPerSeat: 'uint128',
    valueAtRisk: 'uint128',
    redundancy: 'uint8',
    tolClass: 'uint16',
    flags: 'uint16',
    anchorBlock: 'uint64',
    anchorHash: 'bytes32',
    deadline: 'uint64',
    nonce: 'uint256',
    replyKey: 'bytes32',
  },
};

/** An order as it is gossiped. `inlineInput` is empty unless inputKind is INPUT_INLINE. */
export interface OrderMessage {
  readonly order: Signed<TaskOrder>;
  readonly inlineInput: Uint8Array;
}

export const taskIdOf = (domain: Domain, order: TaskOrder): TaskId => TaskId(digestOf(domain, TASK_ORDER, order));

export const encodeOrderMessage = (message: OrderMessage): Uint8Array =>
  encodeWire([signedToWire(TASK_ORDER, message.order), message.inlineInput]);

export const decodeOrderMessage = (bytes: Uint8Array): OrderMessage => {
  const wire = decodeWire(bytes, MAX_ORDER_BYTES);
  if (!Array.isArray(wire) || wire.length !== 2 || !(wire[1] instanceof Uint8Array)) {
    throw new ProtocolError('BAD_ENCODING', 'order: expected [order, input]');
  }
  if (wire[1].length > MAX_INLINE_INPUT_BYTES)
    throw new ProtocolError('TOO_LARGE', `inline input of ${wire[1].length} bytes`);
  return { order: signedFromWire(TASK_ORDER, wire[0]), inlineInput: wire[1] };
};
