import { type CommittedLeaf, MAX_LEAF_MOVEMENTS } from '../batch/leaf.ts';
import { MAX_UNION_SEATS } from '../committee/later-round.ts';
import { ProtocolError } from '../errors.ts';
import { BATCH_HEADER } from '../message/batch.ts';
import { MAX_ROUNDS } from '../params.ts';
import { toHex } from '../primitives/hex.ts';
import { MAX_INLINE_INPUT_BYTES, MAX_INLINE_TENSOR_BYTES } from '../wire/limits.ts';
import {
  type At,
  badReceipt,
  bytesAt,
  elementsAt,
  fieldsAt,
  integerAt,
  type Json,
  recordFromJson,
  recordToJson,
} from './json.ts';
import {
  addressAt,
  bytes32At,
  certificateAt,
  certificateToJson,
  modelAt,
  modelToJson,
  orderAt,
  orderToJson,
  seedBlockAt,
  seedBlockToJson,
  signaturesAt,
  signaturesToJson,
  snapshotAt,
  snapshotToJson,
} from './parts.ts';
import { RECEIPT_SCHEMA, type Receipt, type ReceiptSettlement } from './receipt.ts';

/** Characters of a receipt: 700 operators, 64 KiB of output and everything else fit well. */
export const MAX_RECEIPT_LENGTH: number = 1024 * 1024;
const MAX_PROOF_LENGTH = 32;

const leafToJson = ({ order, certificate, declines, committee, ledgerRows }: CommittedLeaf): Json => ({
  order: orderToJson(order),
  certificate: certificateToJson(certificate),
  declines: signaturesToJson(declines),
  committee,
  ledgerRows,
});

const leafAt = (at: At): CommittedLeaf => {
  const names = ['order', 'certificate', 'declines', 'committee', 'ledgerRows'];
  const fields = fieldsAt(at, names) as Record<keyof CommittedLeaf, At>;
  const indices = (list: At, maxLength: number): readonly number[] =>
    elementsAt(list, maxLength).map((element) => integerAt(element, 0xffff_ffff));
  return {
    order: orderAt(fields.order),
    certificate: certificateAt(fields.certificate),
    declines: signaturesAt(fields.declines),
    committee: indices(fields.committee, MAX_UNION_SEATS),
    ledgerRows: indices(fields.ledgerRows, MAX_LEAF_MOVEMENTS),
  };
};

const settlementToJson = ({ header, leaf, ...rest }: ReceiptSettlement): Json => ({
  ...rest,
  header: recordToJson(BATCH_HEADER, header),
  leaf: leafToJson(leaf),
});

const settlementAt = (at: At): ReceiptSettlement => {
  const names = ['header', 'leafIndex', 'leaf', 'proof', 'transaction'];
  const fields = fieldsAt(at, names) as Record<keyof ReceiptSettlement, At>;
  return {
    header: recordFromJson(BATCH_HEADER, fields.header),
    leafIndex: integerAt(fields.leafIndex, 0xffff_ffff),
    leaf: leafAt(fields.leaf),
    proof: elementsAt(fields.proof, MAX_PROOF_LENGTH).map(bytes32At),
    transaction: bytes32At(fields.transaction),
  };
};

/** The receipt as JSON, two spaces deep, newline at the end. Wide integers are decimal strings, bytes are hex. */
export const encodeReceiptJson = (receipt: Receipt): string => {
  const json: Json = {
    schema: RECEIPT_SCHEMA,
    chainId: receipt.chainId,
    settlementContract: receipt.settlementContract,
    order: orderToJson(receipt.order),
    ...(receipt.input === undefined ? {} : { input: toHex(receipt.input) }),
    model: modelToJson(receipt.model),
    seedBlock: seedBlockToJson(receipt.seedBlock),
    laterSeedBlocks: receipt.laterSeedBlocks.map(seedBlockToJson),
    snapshot: snapshotToJson(receipt.snapshot),
    certificate: certificateToJson(receipt.certificate),
    declines: signaturesToJson(receipt.declines),
    blind: receipt.blind,
    output: toHex(receipt.output),
    ...(receipt.settlement === undefined ? {} : { settlement: settlementToJson(receipt.settlement) }),
  };
  return `${JSON.stringify(json, undefined, 2)}\n`;
};

const NAMES = [
  'schema',
  'chainId',
  'settlementContract',
  'order',
  'input?',
  'model',
  'seedBlock',
  'laterSeedBlocks',
  'snapshot',
  'certificate',
  'declines',
  'blind',
  'output',
  'settlement?',
];

const documentOf = (text: string): At => {
  if (text.length > MAX_RECEIPT_LENGTH) {
    throw new ProtocolError(
      'TOO_LARGE',
      `a receipt of ${text.length} characters, at most ${MAX_RECEIPT_LENGTH} are read`,
    );
  }
  try {
    return { value: JSON.parse(text), path: 'receipt' };
  } catch (cause) {
    throw badReceipt('receipt', 'not JSON: is it the file that `mlb task receipt` wrote?', cause);
  }
};

const schemaOf = ({ value }: At): unknown =>
  typeof value === 'object' && value !== null && 'schema' in value ? value.schema : undefined;

/** Throws TOO_LARGE, or BAD_RECEIPT with the place of what is wrong. Nothing is verified yet. */
export const parseReceiptJson = (text: string): Receipt => {
  const document = documentOf(text);
  const schema = schemaOf(document);
  if (schema !== RECEIPT_SCHEMA) {
    const is = JSON.stringify(schema)?.slice(0, 40) ?? 'missing';
    throw badReceipt('receipt.schema', `expected "${RECEIPT_SCHEMA}", it is ${is}: another file, or another version`);
  }
  const fields = fieldsAt(document, NAMES) as Record<keyof Receipt, At>;
  return {
    chainId: integerAt(fields.chainId),
    settlementContract: addressAt(fields.settlementContract),
    order: orderAt(fields.order),
    input: fields.input.value === undefined ? undefined : bytesAt(fields.input, MAX_INLINE_INPUT_BYTES),
    model: modelAt(fields.model),
    seedBlock: seedBlockAt(fields.seedBlock),
    laterSeedBlocks: elementsAt(fields.laterSeedBlocks, MAX_ROUNDS - 1).map(seedBlockAt),
    snapshot: snapshotAt(fields.snapshot),
    certificate: certificateAt(fields.certificate),
    declines: signaturesAt(fields.declines),
    blind: bytes32At(fields.blind),
    output: bytesAt(fields.output, MAX_INLINE_TENSOR_BYTES),
    settlement: fields.settlement.value === undefined ? undefined : settlementAt(fields.settlement),
  };
};
