import {
  type BlockHash,
  canonicalBytes,
  encodeOrderMessage,
  feeQuote,
  keccak256,
  sha256,
  type TaskOrder,
  tag,
  taskIdOf,
  ZERO_BYTES32,
} from '@mlb/protocol';
import { MODEL_RECORD } from './model.ts';
import { baseFeeNow, hearOrder } from './node/orders.ts';
import { gossip } from './node/speak.ts';
import { ORDER_LIFE_MS } from './plan/draw-plan.ts';
import type { OrderPlan } from './plan/plan.ts';
import { note, type World } from './world.ts';

const WEI_PER_MLB = 10n ** 18n;

const inputOf = (seed: number, id: number): Uint8Array =>
  canonicalBytes([
    { name: 'input', type: 'float32', dims: [2], bytes: new Uint8Array(Float32Array.of(seed, id).buffer) },
  ]);

/** The base fee may rise before the task settles. */
const PRICE_HEADROOM = 2n;

/** Signed for the head that the requester's daemon sees. */
const orderOf = (
  { universe, plan }: World,
  order: OrderPlan,
  baseFee: bigint,
  anchor: { readonly number: bigint; readonly hash: BlockHash; readonly timestampSec: bigint },
): TaskOrder => {
  const price = { order: { computeUnits: MODEL_RECORD.computeUnits, tipPerSeat: 0n, redundancy: order.redundancy } };
  const quote = feeQuote({ ...price, modelPriceWei: MODEL_RECORD.priceWei, baseFee });
  return {
    ...{
      requester: universe.requesters[order.requester]?.address as TaskOrder['requester'],
      modelId: universe.modelId,
    },
    ...{ inputKind: 0, inputHash: sha256(inputOf(plan.seed, order.id)), inputCidDigest: ZERO_BYTES32 },
    ...{
      computeUnits: MODEL_RECORD.computeUnits,
      maxFee: PRICE_HEADROOM * quote,
      tipPerSeat: 0n,
      redundancy: order.redundancy,
    },
    ...{ valueAtRisk: BigInt(order.valueAtRiskMlb) * WEI_PER_MLB, tolClass: 0, flags: 0, nonce: BigInt(order.id) },
    ...{ anchorBlock: anchor.number, anchorHash: anchor.hash, replyKey: keccak256(tag('reply')) },
    deadline: anchor.timestampSec + BigInt(ORDER_LIFE_MS / 1000),
  };
};

/** Signs an order and hands it to its requester's daemon, which gossips it. */
const submit = (world: World, order: OrderPlan, change: Partial<TaskOrder> = {}): void => {
  const node = world.nodes[order.entry];
  const requester = world.universe.requesters[order.requester];
  if (node === undefined || requester === undefined || !node.isUp) return;
  const { domain, secp256k1 } = world.universe;
  const body = { ...orderOf(world, order, baseFeeNow(world, node), node.memory.head), ...change };
  const taskId = taskIdOf(domain, body);
  const signature = secp256k1.sign(taskId, requester.secretKey);
  const bytes = encodeOrderMessage({ order: { body, signature }, inlineInput: inputOf(world.plan.seed, order.id) });
  const isHonest = !world.plan.overspenders.includes(order.requester);
  world.journal.orders.push({
    ...{ taskId, requester: order.requester, atMs: world.nowMs, isHonest, deadlineSec: body.deadline },
  });
  note(world, `order ${order.id} is ${taskId.slice(2, 8)}`);
  const verdict = hearOrder(world, node, bytes);
  // A daemon refuses its own user's order as it would anybody's; whoever overspends has another daemon.
  if (verdict.type === 'accept' || !isHonest) gossip(world, node, { kind: 'order', bytes });
};

/** A requester that overspends signs the same nonce again, and orders far beyond its escrow through other daemons. */
export const placeOrder = (world: World, order: OrderPlan): void => {
  submit(world, order);
  if (!world.plan.overspenders.includes(order.requester)) return;
  const { operatorCount } = world.plan;
  submit(world, { ...order, entry: (order.entry + 1) % operatorCount }, { valueAtRisk: 1n });
  for (let extra = 1; extra <= 4; extra += 1) {
    const entry = (order.entry + extra) % operatorCount;
    submit(world, { ...order, id: 1000 * extra + order.id, entry });
  }
};
