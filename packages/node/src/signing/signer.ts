import {
  BATCH_HEADER,
  type Bytes32,
  COMMIT,
  DECLINE,
  DISSENT,
  type Domain,
  digestOf,
  LOCK_VOTE,
  RESULT_STATEMENT,
  REVEAL,
  type RecordSchema,
  type ResultStatement,
  ROUND_FAIL,
  type Secp256k1,
  type Signed,
  VERDICT,
} from '@mlb/protocol';
import type { Signer } from '../port/signer.ts';
import type { SigningGuard } from './guard.ts';

interface Duty<T> {
  /** What may be signed once: `commit/<taskId>/<round>` and so on. */
  readonly name: string;
  readonly schema: RecordSchema<T>;
  readonly body: T;
}

const statementDuty = (body: ResultStatement): Duty<ResultStatement> => ({
  name: `statement/${body.taskId}/${body.round}`,
  schema: RESULT_STATEMENT,
  body,
});

/** Signs with the session key what the guard has written down first. */
export const createSigner = (options: {
  readonly secp256k1: Secp256k1;
  /** 32 bytes. */
  readonly secretKey: Uint8Array;
  readonly domain: Domain;
  readonly guard: SigningGuard;
}): Signer => {
  const { secp256k1, secretKey, domain, guard } = options;
  const sessionKey = secp256k1.addressOf(secretKey);
  // One guard serves every deployment and every session key this home has had.
  const scope = `${domain.separator.slice(2, 18)}/${sessionKey.slice(2, 18)}`;

  const authorize = async <T>({ name, schema, body }: Duty<T>): Promise<Bytes32> => {
    const digest = digestOf(domain, schema, body);
    await guard.authorize(`${scope}/${name}`, digest);
    return digest;
  };

  const sign = async <T>(duty: Duty<T>): Promise<Signed<T>> => {
    const digest = await authorize(duty);
    return { body: duty.body, signature: secp256k1.sign(digest, secretKey) };
  };

  return {
    sessionKey,
    signSeatMessage: async (unsigned) => {
      switch (unsigned.type) {
        case 'commit': {
          const { commit: body } = unsigned;
          const name = `commit/${body.taskId}/${body.round}`;
          return { type: 'commit', commit: await sign({ name, schema: COMMIT, body }) };
        }
        case 'lock-vote': {
          const { lockVote: body } = unsigned;
          const name = `lock/${body.taskId}/${body.round}`;
          const lockVote = await sign({ name, schema: LOCK_VOTE, body });
          return { type: 'lock-vote', lockVote, lockedSeats: unsigned.lockedSeats };
        }
        case 'reveal': {
          const { reveal: body, statement, output } = unsigned;
          const duty = { name: `reveal/${body.taskId}/${body.round}`, schema: REVEAL, body };
          const [reveal, signed] = await Promise.all([
            sign(duty),
            statement === undefined ? undefined : sign(statementDuty(statement)),
          ]);
          return { type: 'reveal', reveal, output, statementSignature: signed?.signature ?? new Uint8Array(0) };
        }
        case 'vote': {
          const { seat, canonicalSeat, statement } = unsigned;
          return { type: 'vote', seat, canonicalSeat, statement: await sign(statementDuty(statement)) };
        }
      }
    },
    // The seat is no part of the duty: whoever sits elsewhere after a reorg must not say two things either.
    signDissent: (body) => sign({ name: `dissent/${body.taskId}/${body.round}`, schema: DISSENT, body }),
    signRoundFail: (body) => sign({ name: `round-fail/${body.taskId}/${body.round}`, schema: ROUND_FAIL, body }),
    signDecline: (body) => sign({ name: `decline/${body.taskId}/${body.round}`, schema: DECLINE, body }),
    signVerdict: (body) => sign({ name: `verdict/${body.taskId}/${body.round}`, schema: VERDICT, body }),
    signBatchHeader: (header) =>
      sign({ name: `batch/${header.index}/${header.slot}`, schema: BATCH_HEADER, body: header }),
  };
};
