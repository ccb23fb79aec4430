import { ProtocolError } from '../errors.ts';
import { sha256 } from '../primitives/hash.ts';
import {
  type Address,
  type Bytes32,
  fromHex,
  ModelId,
  Address as toAddress,
  Bytes32 as toBytes32,
  toHex,
} from '../primitives/hex.ts';
import { decodeWire, encodeWire, type RecordSchema, recordFromWire, recordToWire, type Wire } from '../wire/record.ts';
import type { OperatorLog, SettlementFold } from './fold-state.ts';
import type { SlashRow } from './slash-row.ts';

/** 700 operators with full error logs, and more models than a network has. */
export const MAX_FOLD_BYTES: number = 16 * 1024 * 1024;

const bad = (what: string): ProtocolError => new ProtocolError('BAD_ENCODING', `settlement fold: expected ${what}`);

const arrayOf = (wire: unknown, what: string, length?: number): readonly unknown[] => {
  if (!Array.isArray(wire) || (length !== undefined && wire.length !== length)) throw bad(what);
  return wire;
};
const count = (wire: unknown): number => {
  if (typeof wire !== 'number' || !Number.isSafeInteger(wire) || wire < 0) throw bad('a count');
  return wire;
};
const counts = (wire: unknown): readonly number[] => arrayOf(wire, 'counts').map(count);
const integer = (wire: unknown): bigint => (typeof wire === 'bigint' ? wire : BigInt(count(wire)));
const bytes = (wire: unknown): Uint8Array => {
  if (!(wire instanceof Uint8Array)) throw bad('bytes');
  return wire;
};
const addressAt = (wire: unknown): Address => toAddress(toHex(bytes(wire)));

const wide = (value: bigint): Uint8Array => {
  const hex = value.toString(16);
  return fromHex(`0x${hex.length % 2 === 0 ? hex : `0${hex}`}`);
};

const logToWire = (operatorIndex: number, { operator, errors, inactivity, penalty }: OperatorLog): Wire => [
  operatorIndex,
  fromHex(operator),
  [errors.dutyCount, errors.faultyDuties],
  [inactivity.day, inactivity.duties, inactivity.misses, inactivity.declines],
  inactivity.lastDownDay === undefined ? [] : [inactivity.lastDownDay],
  [penalty.slashedAtSec, penalty.jailedUntilSec],
];

const logFromWire = (wire: unknown): readonly [number, OperatorLog] => {
  const [index, operator, errors, window, lastDown, penalty] = arrayOf(wire, 'an operator', 6);
  const [dutyCount, faultyDuties] = arrayOf(errors, 'an error log', 2);
  const [day = 0, duties = 0, misses = 0, declines = 0] = counts(arrayOf(window, 'a window', 4));
  const [slashedAtSec, jailedUntilSec] = arrayOf(penalty, 'a record', 2);
  const log: OperatorLog = {
    operator: addressAt(operator),
    errors: { dutyCount: count(dutyCount), faultyDuties: counts(faultyDuties) },
    inactivity: { day, duties, misses, declines, lastDownDay: counts(lastDown)[0] },
    penalty: { slashedAtSec: counts(slashedAtSec), jailedUntilSec: count(jailedUntilSec) },
  };
  return [count(index), log];
};

type FlatRow = Omit<SlashRow, 'signedOverturned' | 'judges'>;
const SLASH_ROW: RecordSchema<FlatRow> = {
  name: 'SlashRow',
  fields: {
    operator: 'address',
    offense: 'uint8',
    evidence: 'bytes32',
    seats: 'uint8',
    foundWrongBps: 'uint16',
    missBps: 'uint16',
    reporter: 'address',
  },
};

const slashToWire = (row: SlashRow): Wire => [
  recordToWire(SLASH_ROW, row),
  row.signedOverturned ? 1 : 0,
  row.judges.map(fromHex),
];

const slashFromWire = (wire: unknown): SlashRow => {
  const [row, signedOverturned, judges] = arrayOf(wire, 'a slash', 3);
  return {
    ...recordFromWire(SLASH_ROW, row),
    signedOverturned: signedOverturned === 1,
    judges: arrayOf(judges, 'judges').map(addressAt),
  };
};

/** The one encoding of a fold: what a node keeps, so that it need not fold all batches again after a restart. */
export const encodeFold = (fold: SettlementFold): Uint8Array =>
  encodeWire([
    [fold.index, fold.slot, fold.baseFee, wide(fold.usedComputeUnits)],
    fold.reputation.map(({ operatorIndex, good, bad: wrong, day }) => [operatorIndex, good, wrong, day]),
    [...fold.logs].sort(([a], [b]) => a - b).map(([index, log]) => logToWire(index, log)),
    [...fold.models]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([id, { taskCount, splits, isQuarantined }]) => [
        fromHex(id),
        taskCount,
        wide(splits),
        isQuarantined ? 1 : 0,
      ]),
    fold.findings.map(({ operatorIndex, lots, atSec }) => [operatorIndex, lots, atSec]),
    fold.slashes.map(slashToWire),
  ]);

const numberOf = (wire: unknown): bigint => BigInt(toHex(bytes(wire)));

/** Throws TOO_LARGE or BAD_ENCODING. Whether it is the chain's fold is for the next header to tell. */
export const decodeFold = (encoded: Uint8Array): SettlementFold => {
  const wire = arrayOf(decodeWire(encoded, MAX_FOLD_BYTES), '6 parts', 6);
  const [index, slot, baseFee, used] = arrayOf(wire[0], 'a place', 4);
  return {
    index: integer(index),
    slot: integer(slot),
    baseFee: integer(baseFee),
    usedComputeUnits: numberOf(used),
    reputation: arrayOf(wire[1], 'a table').map((row) => {
      const [operatorIndex = 0, good = 0, wrong = 0, day = 0] = counts(arrayOf(row, 'a score', 4));
      return { operatorIndex, good, bad: wrong, day };
    }),
    logs: new Map(arrayOf(wire[2], 'logs').map(logFromWire)),
    models: new Map(
      arrayOf(wire[3], 'models').map((model) => {
        const [id, taskCount, splits, isQuarantined] = arrayOf(model, 'a model', 4);
        const record = { taskCount: count(taskCount), splits: numberOf(splits), isQuarantined: isQuarantined === 1 };
        return [ModelId(toHex(bytes(id))), record] as const;
      }),
    ),
    findings: arrayOf(wire[4], 'findings').map((finding) => {
      const [operatorIndex = 0, lots = 0, atSec = 0] = counts(arrayOf(finding, 'a finding', 3));
      return { operatorIndex, lots, atSec };
    }),
    slashes: arrayOf(wire[5], 'slashes').map(slashFromWire),
  };
};

/** sha256 of the encoding: two nodes that followed the same batches have the same. */
export const foldDigestOf = (fold: SettlementFold): Bytes32 => toBytes32(sha256(encodeFold(fold)));
