import { MAX_UNION_SEATS } from '../committee/later-round.ts';
import { type Certificate, MAX_CERTIFICATE_SIGNERS, type SeatSignature } from '../message/certificate.ts';
import { RESULT_STATEMENT } from '../message/result-statement.ts';
import type { Signed } from '../message/signed.ts';
import { TASK_ORDER, type TaskOrder } from '../message/task-order.ts';
import { MAX_SNAPSHOT_ROWS, type OperatorRow, type Snapshot } from '../operators/snapshot.ts';
import { Address, BlockHash, Bytes32, ModelId, toHex } from '../primitives/hex.ts';
import { SIGNATURE_SIZE_BYTES } from '../primitives/signature.ts';
import type { RecordSchema } from '../wire/record.ts';
import {
  type At,
  badReceipt,
  bigintAt,
  bytesAt,
  elementsAt,
  fieldsAt,
  integerAt,
  type Json,
  namedAt,
  recordFromJson,
  recordToJson,
  textAt,
} from './json.ts';
import type { ReceiptModel, SeedBlock } from './receipt.ts';

type Fields<Names extends string> = { readonly [K in Names]: At };
const MAX_TEXT_LENGTH = 512;

const signatureAt = (at: At): Uint8Array => {
  const bytes = bytesAt(at, SIGNATURE_SIZE_BYTES);
  if (bytes.length !== SIGNATURE_SIZE_BYTES) throw badReceipt(at.path, `expected ${SIGNATURE_SIZE_BYTES} bytes`);
  return bytes;
};

export const bytes32At = (at: At): Bytes32 => namedAt(at, () => Bytes32(textAt(at, 66)));
export const addressAt = (at: At): Address => namedAt(at, () => Address(textAt(at, 42)));

export const orderToJson = ({ body, signature }: Signed<TaskOrder>): Json => ({
  body: recordToJson(TASK_ORDER, body),
  signature: toHex(signature),
});

export const orderAt = (at: At): Signed<TaskOrder> => {
  const { body, signature } = fieldsAt(at, ['body', 'signature']) as Fields<'body' | 'signature'>;
  return { body: recordFromJson(TASK_ORDER, body), signature: signatureAt(signature) };
};

export const signaturesToJson = (signatures: readonly SeatSignature[]): Json =>
  signatures.map(({ seat, signature }) => ({ seat, signature: toHex(signature) }));

export const signaturesAt = (at: At): readonly SeatSignature[] =>
  elementsAt(at, MAX_CERTIFICATE_SIGNERS).map((element) => {
    const { seat, signature } = fieldsAt(element, ['seat', 'signature']) as Fields<'seat' | 'signature'>;
    return { seat: integerAt(seat, 0xffff), signature: signatureAt(signature) };
  });

export const certificateToJson = ({ statement, signatures, locked }: Certificate): Json => ({
  statement: recordToJson(RESULT_STATEMENT, statement),
  signatures: signaturesToJson(signatures),
  locked: locked.map(({ seat, commitStructHash }) => ({ seat, commitStructHash })),
});

export const certificateAt = (at: At): Certificate => {
  const fields = fieldsAt(at, ['statement', 'signatures', 'locked']) as Fields<'statement' | 'signatures' | 'locked'>;
  return {
    statement: recordFromJson(RESULT_STATEMENT, fields.statement),
    signatures: signaturesAt(fields.signatures),
    locked: elementsAt(fields.locked, MAX_UNION_SEATS).map((element) => {
      const { seat, commitStructHash } = fieldsAt(element, ['seat', 'commitStructHash']) as Fields<
        'seat' | 'commitStructHash'
      >;
      return { seat: integerAt(seat, 0xffff), commitStructHash: bytes32At(commitStructHash) };
    }),
  };
};

export const seedBlockToJson = ({ number, hash }: SeedBlock): Json => ({ number: number.toString(), hash });

export const seedBlockAt = (at: At): SeedBlock => {
  const { number, hash } = fieldsAt(at, ['number', 'hash']) as Fields<'number' | 'hash'>;
  return { number: bigintAt(number), hash: BlockHash(bytes32At(hash)) };
};

type BoundRow = Omit<OperatorRow, 'peerKey'>;
const ROW: RecordSchema<BoundRow> = {
  name: 'OperatorRow',
  fields: {
    operatorIndex: 'uint32',
    operator: 'address',
    sessionKey: 'address',
    stakeMlb: 'uint32',
    reputationBps: 'uint16',
    runtimeClass: 'uint8',
    roles: 'uint8',
  },
};

export const snapshotToJson = ({ epoch, sealedAtBlock, rows }: Snapshot): Json => ({
  epoch: epoch.toString(),
  sealedAtBlock: sealedAtBlock.toString(),
  rows: rows.map((row) => ({ ...recordToJson(ROW, row), peerKey: row.peerKey ?? null })),
});

const rowAt = (at: At): OperatorRow => {
  const { peerKey, ...fields } = fieldsAt(at, [...Object.keys(ROW.fields), 'peerKey']);
  const value = Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.value]));
  const bound = recordFromJson(ROW, { value, path: at.path });
  return { ...bound, peerKey: peerKey === undefined || peerKey.value === null ? undefined : bytes32At(peerKey) };
};

export const snapshotAt = (at: At): Snapshot => {
  const fields = fieldsAt(at, ['epoch', 'sealedAtBlock', 'rows']) as Fields<'epoch' | 'sealedAtBlock' | 'rows'>;
  return {
    epoch: bigintAt(fields.epoch),
    sealedAtBlock: bigintAt(fields.sealedAtBlock),
    rows: elementsAt(fields.rows, MAX_SNAPSHOT_ROWS).map(rowAt),
  };
};

type ModelNumbers = Omit<ReceiptModel, 'name' | 'cid' | 'engine'>;
const MODEL: RecordSchema<ModelNumbers> = {
  name: 'Model',
  fields: {
    modelId: 'bytes32',
    provider: 'address',
    sha256: 'bytes32',
    sizeBytes: 'uint32',
    priceWei: 'uint128',
    computeUnits: 'uint32',
    mode: 'uint8',
    atolE9: 'uint64',
    rtolE9: 'uint64',
  } as unknown as RecordSchema<ModelNumbers>['fields'],
};

export const modelToJson = (model: ReceiptModel): Json => ({
  name: model.name,
  cid: model.cid,
  engine: model.engine,
  ...recordToJson(MODEL, model),
});

export const modelAt = (at: At): ReceiptModel => {
  const texts = ['name', 'cid', 'engine'];
  const { name, cid, engine, ...fields } = fieldsAt(at, [...texts, ...Object.keys(MODEL.fields)]) as Fields<
    'name' | 'cid' | 'engine'
  >;
  const value = Object.fromEntries(
    Object.entries(fields as Record<string, At>).map(([key, field]) => [key, field.value]),
  );
  const numbers = recordFromJson(MODEL, { value, path: at.path });
  return {
    ...numbers,
    modelId: ModelId(numbers.modelId),
    name: textAt(name, MAX_TEXT_LENGTH),
    cid: textAt(cid, MAX_TEXT_LENGTH),
    engine: textAt(engine, MAX_TEXT_LENGTH),
  };
};
