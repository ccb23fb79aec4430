import type { Bytes32, TaskId } from '../primitives/hex.ts';
import { hashRecord, type RecordSchema } from '../wire/record.ts';
import { RESULT_STATEMENT, type ResultStatement } from './result-statement.ts';
import { decodeSeatStatement, encodeSeatStatement } from './seat-statement.ts';
import type { Signed } from './signed.ts';

/** The seat's own execution differs from the certified value. */
export const DISSENT_DIFFERS: number = 0;
/** A locked seat did not open its commit, or opened it to another value. */
export const DISSENT_WITHHELD: number = 1;

/**
 * A locked seat's objection to the certificate of (task, round): it makes the certificate provisional and opens the next
 * round. It says nothing about values, so that the seats of that round cannot copy one.
 */
export interface Dissent {
  readonly taskId: TaskId;
  readonly round: number;
  readonly seat: number;
  /** DISSENT_DIFFERS or DISSENT_WITHHELD. */
  readonly reason: number;
  /** `statementHashOf` the certificate objected to. */
  readonly statementHash: Bytes32;
}

export const DISSENT: RecordSchema<Dissent> = {
  name: 'Dissent',
  fields: { taskId: 'bytes32', round: 'uint8', seat: 'uint16', reason: 'uint8', statementHash: 'bytes32' },
};

/** hashStruct of a certificate's statement: how a dissent names the certificate. */
export const statementHashOf = (statement: ResultStatement): Bytes32 => hashRecord(RESULT_STATEMENT, statement);

export const encodeDissent = (dissent: Signed<Dissent>): Uint8Array => encodeSeatStatement(DISSENT, dissent);
export const decodeDissent = (bytes: Uint8Array): Signed<Dissent> => decodeSeatStatement(DISSENT, bytes);
