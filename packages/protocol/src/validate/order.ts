import { NONCE_LIMIT } from '../batch/nullifiers.ts';
import type { PricedModel } from '../batch/view.ts';
import { isBeforeSeed, seedBlockOf } from '../committee/seed.ts';
import type { Domain } from '../message/domain.ts';
import {
  decodeOrderMessage,
  INPUT_CID,
  INPUT_INLINE,
  type OrderMessage,
  type TaskOrder,
  taskIdOf,
} from '../message/task-order.ts';
import { MAX_REDUNDANCY, MIN_REDUNDANCY, type NetworkParams } from '../params.ts';
import { leastMaxFee } from '../pricing/quote.ts';
import { sha256 } from '../primitives/hash.ts';
import { type Address, type BlockHash, type ModelId, type TaskId, ZERO_BYTES32 } from '../primitives/hex.ts';
import type { Secp256k1 } from '../primitives/signature.ts';
import { markVerified, type Verified } from '../primitives/verified.ts';
import { tryDecode } from './decode.ts';
import { accept, type IgnoreCode, ignore, type RejectCode, reject, type Verdict } from './verdict.ts';

/** The model's record, as far as an order is judged by it. */
export interface OrderedModel extends PricedModel {
  readonly isActive: boolean;
}

/** The chain and our own memory at the moment the order came in. Pure look-ups. */
export interface OrderContext {
  readonly domain: Domain;
  readonly secp256k1: Pick<Secp256k1, 'recover'>;
  readonly params: NetworkParams;
  readonly headBlock: bigint;
  /** Timestamp of the head block. */
  readonly nowSec: bigint;
  /** A canonical block, or undefined: unknown, or not yet. */
  readonly block: (number: bigint) => { readonly hash: BlockHash; readonly timestamp: bigint } | undefined;
  readonly model: (modelId: ModelId) => OrderedModel | undefined;
  /** Wei per million compute units. */
  readonly baseFee: bigint;
  /** Confirmed escrow minus pending withdrawals minus the maxFee of the requester's open orders. */
  readonly freeWei: (requester: Address) => bigint;
  readonly openOrders: (requester: Address) => number;
  readonly isSeen: (taskId: TaskId) => boolean;
  /** Used on chain, or by another order we accepted. */
  readonly isNonceSeen: (requester: Address, nonce: bigint) => boolean;
}

export interface AdmittedOrder {
  readonly taskId: TaskId;
  readonly message: Verified<OrderMessage>;
  /** The block whose hash seeds its committee. */
  readonly seedBlock: bigint;
  readonly model: OrderedModel;
}

/** Badness that the message alone proves. */
const selfContainedFault = ({ order: { body }, inlineInput }: OrderMessage): RejectCode | undefined => {
  // [REJECT] redundancy outside 3..15
  if (body.redundancy < MIN_REDUNDANCY || body.redundancy > MAX_REDUNDANCY) return 'BAD_REDUNDANCY';
  // [REJECT] no class but 0 is defined: it asks for a tolerance that no model registered
  if (body.tolClass !== 0) return 'BAD_TOLERANCE';
  // [REJECT] a nonce whose nullifier word does not fit 32 bits can never be settled
  if (body.nonce >= NONCE_LIMIT) return 'MALFORMED';
  if (body.inputKind === INPUT_INLINE) {
    // [REJECT] an inline input with a CID
    if (body.inputCidDigest !== ZERO_BYTES32) return 'MALFORMED';
    // [REJECT] inputHash is not that of the inline input
    return sha256(inlineInput) === body.inputHash ? undefined : 'BAD_INPUT_HASH';
  }
  // [REJECT] bytes inside that the order does not account for
  return inlineInput.length === 0 ? undefined : 'MALFORMED';
};

/** Against the chain; the requester is not authenticated yet. */
const chainFault = (context: OrderContext, body: TaskOrder): Verdict<never> | undefined => {
  const { params, headBlock, nowSec } = context;
  const anchor = context.block(body.anchorBlock);
  // [IGNORE] the anchor is not among the last blocks, or not on our chain: lag or a reorg may be ours
  const isRecent = headBlock - body.anchorBlock < BigInt(params.anchorWindowBlocks);
  if (anchor === undefined || anchor.hash !== body.anchorHash || !isRecent) return ignore('UNKNOWN_ANCHOR');
  // [REJECT] deadline too long after the anchor: the anchor is on our chain, so this is proof
  if (body.deadline > anchor.timestamp + BigInt(params.maxOrderLifeSec)) return reject('BAD_DEADLINE');
  // [IGNORE] past its deadline
  if (nowSec > body.deadline) return ignore('EXPIRED');
  // [IGNORE] deadline before the task could be settled: the output would be had for nothing
  if (body.deadline < anchor.timestamp + BigInt(params.minOrderLifeSec)) return ignore('DEADLINE_TOO_NEAR');
  // [IGNORE] first seen after its seed block
  return isBeforeSeed(headBlock, seedBlockOf(body.anchorBlock, params.seedLagBlocks))
    ? undefined
    : ignore('AFTER_SEED');
};

/** Whether the requester can pay; it has signed. */
const paymentFault = (context: OrderContext, body: TaskOrder, model: OrderedModel): IgnoreCode | undefined => {
  const { requester, maxFee } = body;
  // [IGNORE] less work declared than the model's record says, or maxFee below the quote with its headroom
  const least = leastMaxFee({ order: body, modelPriceWei: model.priceWei, baseFee: context.baseFee });
  if (body.computeUnits < model.computeUnits || maxFee < least) return 'FEE_TOO_LOW';
  // [IGNORE] too many open orders of the requester
  if (context.openOrders(requester) >= context.params.maxOpenOrdersPerRequester) return 'TOO_MANY_OPEN';
  // [IGNORE] free escrow below maxFee
  return context.freeWei(requester) < maxFee ? 'NO_FUNDS' : undefined;
};

/**
 * Judges a gossiped order by protocol.md section 2, cheapest rules first. An accepted one is to be noted as seen, with
 * its nonce and its maxFee, before the next is judged.
 */
export const validateOrder = (bytes: Uint8Array, context: OrderContext): Verdict<AdmittedOrder> => {
  // [REJECT] undecodable, over 20 KiB
  const message = tryDecode(decodeOrderMessage, bytes);
  if (message === undefined) return reject('MALFORMED');
  const { body, signature } = message.order;
  const fault = selfContainedFault(message);
  if (fault !== undefined) return reject(fault);
  // [IGNORE] a flag or an input kind that a later version may define
  if (body.flags !== 0 || body.inputKind > INPUT_CID) return ignore('UNSUPPORTED');
  const taskId = taskIdOf(context.domain, body);
  // [IGNORE] seen task, or seen (requester, nonce)
  if (context.isSeen(taskId)) return ignore('SEEN');
  if (context.isNonceSeen(body.requester, body.nonce)) return ignore('SEEN_NONCE');
  const chain = chainFault(context, body);
  if (chain !== undefined) return chain;
  // [REJECT] not signed by its requester
  if (context.secp256k1.recover(taskId, signature) !== body.requester) return reject('BAD_SIGNATURE');
  // [IGNORE] unknown or inactive model
  const model = context.model(body.modelId);
  if (model === undefined || !model.isActive) return ignore('UNKNOWN_MODEL');
  const payment = paymentFault(context, body, model);
  if (payment !== undefined) return ignore(payment);
  const seedBlock = seedBlockOf(body.anchorBlock, context.params.seedLagBlocks);
  return accept({ taskId, message: markVerified(message), seedBlock, model });
};
