import {
  Address,
  type AgreementMode,
  Bytes32,
  COMMIT,
  canonicalBytes,
  createDomain,
  DEVNET_PARAMS,
  type Domain,
  decodeSeatMessage,
  digestOf,
  encodeSeatMessage,
  keccak256,
  LOCK_VOTE,
  type OwnResult,
  RESULT_STATEMENT,
  REVEAL,
  type RecordSchema,
  type RoundParams,
  resultHashOf,
  type SeatMessage,
  type Secp256k1,
  type Signed,
  TaskId,
  tag,
  type Unsigned,
  type Verified,
  validateSeatMessage,
} from '../../src/index.ts';

/** Seats with their keys, all of one task and round. */
export interface Committee {
  readonly secp256k1: Secp256k1;
  readonly domain: Domain;
  readonly params: RoundParams;
  readonly keys: readonly Uint8Array[];
}

export const DOMAIN: Domain = createDomain(31_337, Address(`0x${'5e'.repeat(20)}`));

const keyOf = (seat: number): Uint8Array => Buffer.from(keccak256(tag(`session key ${seat}`)).slice(2), 'hex');

export const createCommittee = ({
  size,
  mode,
  secp256k1,
  weights = [],
}: {
  readonly size: number;
  readonly mode: AgreementMode;
  readonly secp256k1: Secp256k1;
  readonly weights?: readonly bigint[];
}): Committee => {
  const keys = Array.from({ length: size }, (_, seat) => keyOf(seat));
  const params: RoundParams = {
    taskId: TaskId(keccak256(tag('a task'))),
    round: 0,
    epoch: 7n,
    mode,
    seats: keys.map((key, seat) => ({
      operator: Address(`0x${keccak256(tag(`operator ${seat}`)).slice(26)}`),
      sessionKey: secp256k1.addressOf(key),
      weight: weights[seat] ?? 250_000_000n,
    })),
    mySeat: undefined,
    timing: DEVNET_PARAMS.timing,
    domain: DOMAIN,
    recover: secp256k1.recover,
  };
  return { secp256k1, domain: DOMAIN, params, keys };
};

export const paramsOf = (committee: Committee, mySeat: number | undefined): RoundParams => ({
  ...committee.params,
  mySeat,
});

export const signBody = <T>(
  { domain, secp256k1, keys }: Committee,
  { seat, schema, body }: { readonly seat: number; readonly schema: RecordSchema<T>; readonly body: T },
): Signed<T> => ({ body, signature: secp256k1.sign(digestOf(domain, schema, body), keys[seat] as Uint8Array) });

const signedMessage = (committee: Committee, seat: number, unsigned: Unsigned): SeatMessage => {
  switch (unsigned.type) {
    case 'commit':
      return { type: 'commit', commit: signBody(committee, { seat, schema: COMMIT, body: unsigned.commit }) };
    case 'lock-vote':
      return {
        type: 'lock-vote',
        lockVote: signBody(committee, { seat, schema: LOCK_VOTE, body: unsigned.lockVote }),
        lockedSeats: unsigned.lockedSeats,
      };
    case 'reveal':
      return {
        type: 'reveal',
        reveal: signBody(committee, { seat, schema: REVEAL, body: unsigned.reveal }),
        output: unsigned.output,
        statementSignature:
          unsigned.statement === undefined
            ? new Uint8Array(0)
            : signBody(committee, { seat, schema: RESULT_STATEMENT, body: unsigned.statement }).signature,
      };
    case 'vote':
      return {
        type: 'vote',
        seat: unsigned.seat,
        canonicalSeat: unsigned.canonicalSeat,
        statement: signBody(committee, { seat, schema: RESULT_STATEMENT, body: unsigned.statement }),
      };
  }
};

/** What a shell does with a `sign` effect, and what its peers make of the bytes: encoded, decoded, validated. */
export const signSeatMessage = (committee: Committee, seat: number, unsigned: Unsigned): Verified<SeatMessage> => {
  const bytes = encodeSeatMessage(signedMessage(committee, seat, unsigned));
  const verified = validateSeatMessage({ ...committee, message: decodeSeatMessage(bytes) });
  if (typeof verified === 'string') throw new Error(`a message of seat ${seat} was refused: ${verified}`);
  return verified;
};

/** Canonical bytes of one float32 tensor. */
export const outputBytes = (values: readonly number[]): Uint8Array =>
  canonicalBytes([
    {
      name: 'logits',
      type: 'float32',
      dims: [values.length],
      bytes: new Uint8Array(Float32Array.from(values).buffer),
    },
  ]);

/** A seat's execution; `life` makes the randomness of another one. */
export const executionOf = (seat: number, output: Uint8Array, life: number = 0): OwnResult => ({
  resultHash: resultHashOf(output),
  output,
  salt: Bytes32(keccak256(tag(`salt ${seat} ${life}`))),
  blindShare: Bytes32(keccak256(tag(`blind ${seat} ${life}`))),
  execMs: 10 + seat,
});
