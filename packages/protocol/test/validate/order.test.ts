import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  DEVNET_PARAMS,
  encodeOrderMessage,
  feeQuote,
  type IgnoreCode,
  leastMaxFee,
  MAINNET_PARAMS,
  MAX_ORDER_BYTES,
  nobleSecp256k1,
  type OrderContext,
  type RejectCode,
  sha256,
  type TaskOrder,
  taskIdOf,
  UNIT_WEI,
  validateOrder,
  ZERO_BYTES32,
} from '../../src/index.ts';
import { addressOf, blockHashOf, bytes32, DOMAIN, secretKeyOf } from '../fixture/network.ts';
import { ANCHOR, BASE_FEE, cheapSecp256k1, SEED_LAG, settle, viewOf } from '../fixture/settlement.ts';

const INPUT = Uint8Array.of(1, 2, 3);
const inline: Partial<TaskOrder> = { inputHash: sha256(INPUT) };

const encoded = (order: Partial<TaskOrder> = {}, { input = INPUT, secp256k1 = cheapSecp256k1 } = {}): Uint8Array =>
  encodeOrderMessage({ order: settle({ order: { ...inline, ...order }, secp256k1 }).order, inlineInput: input });

const MIN_LIFE = BigInt(DEVNET_PARAMS.minOrderLifeSec);
const PRICE = {
  order: { computeUnits: 1_000_000, tipPerSeat: 0n, redundancy: 4 },
  modelPriceWei: 100n * UNIT_WEI,
  baseFee: BASE_FEE,
};
const QUOTE = feeQuote(PRICE);

const contextOf = (change: Partial<OrderContext> = {}): OrderContext => ({
  domain: DOMAIN,
  secp256k1: cheapSecp256k1,
  params: { ...DEVNET_PARAMS, seedLagBlocks: SEED_LAG, maxOpenOrdersPerRequester: 64 },
  headBlock: ANCHOR + 1n,
  nowSec: 1001n,
  block: (number) =>
    number <= ANCHOR + 1n ? { hash: blockHashOf(number), timestamp: 1000n + number - ANCHOR } : undefined,
  model: (id) => {
    const model = viewOf().model(id);
    return model && { ...model, isActive: true };
  },
  baseFee: BASE_FEE,
  freeWei: () => 10n ** 18n,
  openOrders: () => 63,
  isSeen: () => false,
  isNonceSeen: () => false,
  ...change,
});

test('a good order is admitted with its id, its seed block and its model', () => {
  const verdict = validateOrder(encoded(), contextOf());
  assert.equal(verdict.type, 'accept');
  if (verdict.type !== 'accept') return;
  assert.equal(verdict.value.taskId, taskIdOf(DOMAIN, verdict.value.message.order.body));
  assert.equal(verdict.value.seedBlock, ANCHOR + 2n);
  assert.equal(verdict.value.model.provider, addressOf('provider'));
});

test('an order signed with a real key is admitted, and in another deployment it is not', () => {
  const bytes = encoded({}, { secp256k1: nobleSecp256k1 });
  assert.equal(validateOrder(bytes, contextOf({ secp256k1: nobleSecp256k1 })).type, 'accept');
  const otherChain = contextOf({ secp256k1: nobleSecp256k1, domain: { ...DOMAIN, separator: bytes32('other') } });
  assert.deepEqual(validateOrder(bytes, otherChain), { type: 'reject', code: 'BAD_SIGNATURE' });
});

const forged = (): Uint8Array => {
  const { order } = settle({ order: inline });
  const signature = cheapSecp256k1.sign(taskIdOf(DOMAIN, order.body), secretKeyOf('mallory'));
  return encodeOrderMessage({ order: { ...order, signature }, inlineInput: INPUT });
};

const REJECTED: readonly (readonly [name: string, code: RejectCode, bytes: Uint8Array])[] = [
  ['is undecodable', 'MALFORMED', Uint8Array.of(0xff)],
  ['is over 20 KiB', 'MALFORMED', new Uint8Array(MAX_ORDER_BYTES + 1)],
  ['has 2 seats', 'BAD_REDUNDANCY', encodedRedundancy(2)],
  ['has 16 seats', 'BAD_REDUNDANCY', encodedRedundancy(16)],
  ['asks for a tolerance class', 'BAD_TOLERANCE', encoded({ tolClass: 1 })],
  ['has a nonce of 2^40', 'MALFORMED', encoded({ nonce: 2n ** 40n })],
  ['has an inline input with a CID', 'MALFORMED', encoded({ inputCidDigest: bytes32('cid') })],
  ['has another inline input than its hash says', 'BAD_INPUT_HASH', encoded({}, { input: Uint8Array.of(9) })],
  ['has bytes inside besides its CID', 'MALFORMED', encoded({ inputKind: 1, inputCidDigest: bytes32('cid') })],
  ['has a deadline an hour and a second after its anchor', 'BAD_DEADLINE', encoded({ deadline: 4601n })],
  ['is not signed by its requester', 'BAD_SIGNATURE', forged()],
];

function encodedRedundancy(redundancy: number): Uint8Array {
  const { order } = settle({ order: inline });
  return encodeOrderMessage({ order: { ...order, body: { ...order.body, redundancy } }, inlineInput: INPUT });
}

for (const [name, code, bytes] of REJECTED) {
  test(`an order that ${name} is rejected: ${code}`, () => {
    assert.deepEqual(validateOrder(bytes, contextOf()), { type: 'reject', code });
  });
}

const IGNORED: readonly (readonly [
  name: string,
  code: IgnoreCode,
  order: Partial<TaskOrder>,
  Partial<OrderContext>?,
])[] = [
  ['has a flag of a later version', 'UNSUPPORTED', { flags: 1 }],
  ['has an input kind of a later version', 'UNSUPPORTED', { inputKind: 2 }],
  ['was seen', 'SEEN', {}, { isSeen: () => true }],
  ['has a seen nonce', 'SEEN_NONCE', {}, { isNonceSeen: () => true }],
  ['has an anchor we do not know yet', 'UNKNOWN_ANCHOR', { anchorBlock: ANCHOR + 2n }],
  ['has an anchor on another fork', 'UNKNOWN_ANCHOR', { anchorHash: bytes32('fork') }],
  ['has an anchor 64 blocks ago', 'UNKNOWN_ANCHOR', {}, { headBlock: ANCHOR + 64n }],
  ['is past its deadline', 'EXPIRED', {}, { nowSec: 2001n }],
  ['lives a second less than a task may take', 'DEADLINE_TOO_NEAR', { deadline: 1000n + MIN_LIFE - 1n }],
  ['offers the quote of today and no headroom', 'FEE_TOO_LOW', { maxFee: QUOTE }],
  ['is first seen after its seed block', 'AFTER_SEED', {}, { headBlock: ANCHOR + 3n }],
  ['is of an unknown model', 'UNKNOWN_MODEL', {}, { model: () => undefined }],
  [
    'is of an inactive model',
    'UNKNOWN_MODEL',
    {},
    { model: () => ({ ...(viewOf().model(settle().order.body.modelId) ?? assert.fail()), isActive: false }) },
  ],
  ['declares less work than its model', 'FEE_TOO_LOW', { computeUnits: 999_999 }],
  ['offers less than the quote', 'FEE_TOO_LOW', { maxFee: 1n }],
  ['is the 65th open one of its requester', 'TOO_MANY_OPEN', {}, { openOrders: () => 64 }],
  ['is not covered by free escrow', 'NO_FUNDS', {}, { freeWei: () => 10n ** 18n - 1n }],
];

for (const [name, code, order, change] of IGNORED) {
  test(`an order that ${name} is ignored, for our own lag may explain it: ${code}`, () => {
    const input = order.inputKind === undefined ? INPUT : new Uint8Array(0);
    assert.deepEqual(validateOrder(encoded(order, { input }), contextOf(change)), { type: 'ignore', code });
  });
}

test('an order that lives and pays just long and well enough is admitted', () => {
  const order = { deadline: 1000n + MIN_LIFE, maxFee: leastMaxFee(PRICE) };
  assert.equal(leastMaxFee(PRICE), (QUOTE * 5n) / 4n);
  assert.equal(validateOrder(encoded(order), contextOf()).type, 'accept');
  assert.deepEqual(validateOrder(encoded({ ...order, maxFee: order.maxFee - 1n }), contextOf()), {
    type: 'ignore',
    code: 'FEE_TOO_LOW',
  });
});

test('every network gives a task the time for all its rounds, a settle window and a slot', () => {
  assert.equal(MAINNET_PARAMS.minOrderLifeSec, 4 + 72 + 35 + 45 + 1 + 60);
  assert.equal(DEVNET_PARAMS.minOrderLifeSec, 3 + 24 + 12 + 3 + 2 + 2);
  for (const { minOrderLifeSec, maxOrderLifeSec } of [MAINNET_PARAMS, DEVNET_PARAMS])
    assert.ok(minOrderLifeSec < maxOrderLifeSec / 10);
});

test('an order with its input behind a CID is admitted', () => {
  const order = { inputKind: 1, inputCidDigest: bytes32('cid'), inputHash: ZERO_BYTES32 };
  assert.equal(validateOrder(encoded(order, { input: new Uint8Array(0) }), contextOf()).type, 'accept');
});

test('an order is in time until its seed block is known, and not a block longer', () => {
  const seedBlock = ANCHOR + BigInt(SEED_LAG);
  assert.equal(validateOrder(encoded(), contextOf({ headBlock: seedBlock - 1n })).type, 'accept');
  assert.deepEqual(validateOrder(encoded(), contextOf({ headBlock: seedBlock })), {
    type: 'ignore',
    code: 'AFTER_SEED',
  });
});
