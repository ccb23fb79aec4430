import {
  type Address,
  canonicalBytes,
  decodeWire,
  digestOf,
  encodeOrderMessage,
  encodeWire,
  feeQuote,
  INPUT_CID,
  INPUT_INLINE,
  MAX_INLINE_INPUT_BYTES,
  sha256,
  TASK_ORDER,
  type TaskOrder,
  type Tensor,
  ZERO_BYTES32,
} from '@mlb/protocol';
import type { ModelRecord } from '../chain/state.ts';
import { digestOfCid } from '../content/cid.ts';
import type { EngineDeps } from './deps.ts';
import { createSerialQueue } from './serial-queue.ts';

/** Nonces live below 2^40: their word fits the 4 bytes of a nullifier row. */
const NONCE_BITS = 40n;
const NONCE_KEY = 'requester/nonce/';

export interface OrderRequest {
  readonly model: ModelRecord;
  /** Of one run with these inputs. */
  readonly computeUnits: number;
  readonly inputs: readonly Tensor[];
  readonly redundancy: number;
  /** Undefined: the quote, with half again as headroom for a rising base fee. */
  readonly maxFeeWei: bigint | undefined;
  readonly tipPerSeatWei: bigint;
  /** What a wrong result would cost the requester: the more, the likelier an audit. Default 0. */
  readonly valueAtRiskWei?: bigint;
  /** Seconds of L2 time the order lives. */
  readonly deadlineInSec: number;
}

/** The key that owns the escrow an order is paid from. */
export interface RequesterKey {
  readonly address: Address;
  readonly secretKey: Uint8Array;
}

const unixNonce = (nowMs: number): bigint => (BigInt(Math.floor(nowMs / 1000)) << 8n) % (1n << NONCE_BITS);

/** Gives out each nonce of a requester once. */
export interface Nonces {
  /** The next one, durable before it is returned. */
  readonly next: (requester: Address) => Promise<bigint>;
}

/**
 * A fresh home starts at the clock (a word of 256 a second), so that a requester who lost its home does not sign a used
 * nonce again.
 */
export const createNonces = ({ store, clock }: Pick<EngineDeps, 'store' | 'clock'>): Nonces => {
  const queue = createSerialQueue();
  const take = async (requester: Address): Promise<bigint> => {
    const key = NONCE_KEY + requester;
    const kept = await store.get(key);
    const nonce = kept === undefined ? unixNonce(clock.nowMs()) : BigInt(decodeWire(kept, 16) as number) + 1n;
    await store.write([{ key, value: encodeWire(nonce) }], { sync: true });
    return nonce;
  };
  return { next: (requester) => queue.run(requester, () => take(requester)) };
};

/** Builds and signs a TaskOrder, anchored at the head. Returns its gossip message. */
export const createOrder = async (
  deps: EngineDeps & { readonly nonces: Nonces },
  requester: RequesterKey,
  request: OrderRequest,
  signal: AbortSignal,
): Promise<Uint8Array> => {
  const input = canonicalBytes(request.inputs);
  const isInline = input.length <= MAX_INLINE_INPUT_BYTES;
  const cidDigest = isInline ? ZERO_BYTES32 : digestOfCid(await deps.content.add(input, signal));
  const anchor = deps.chain.head();
  const priced = {
    computeUnits: request.computeUnits,
    tipPerSeat: request.tipPerSeatWei,
    redundancy: request.redundancy,
  };
  const quote = feeQuote({ order: priced, modelPriceWei: request.model.priceWei, baseFee: deps.view.baseFee() });
  const order: TaskOrder = {
    ...priced,
    requester: requester.address,
    modelId: request.model.modelId,
    inputKind: isInline ? INPUT_INLINE : INPUT_CID,
    inputHash: sha256(input),
    inputCidDigest: cidDigest,
    maxFee: request.maxFeeWei ?? (quote * 3n) / 2n,
    valueAtRisk: request.valueAtRiskWei ?? 0n,
    tolClass: 0,
    flags: 0,
    anchorBlock: anchor.number,
    anchorHash: anchor.hash,
    deadline: anchor.timestamp + BigInt(request.deadlineInSec),
    nonce: await deps.nonces.next(requester.address),
    replyKey: deps.peerKey,
  };
  const signature = deps.secp256k1.sign(digestOf(deps.domain, TASK_ORDER, order), requester.secretKey);
  return encodeOrderMessage({
    order: { body: order, signature },
    inlineInput: isInline ? input : new Uint8Array(0),
  });
};
