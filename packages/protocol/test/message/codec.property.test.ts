import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  BATCH_HEADER,
  type BatchHeader,
  type Bytes32,
  type Certificate,
  COMMIT,
  type Commit,
  DECLINE,
  type Decline,
  DISSENT,
  type Dissent,
  decodeBatchAttestation,
  decodeBatchProposal,
  decodeCertificate,
  decodeCertifiedVerdict,
  decodeDecline,
  decodeDelivery,
  decodeDissent,
  decodeEvidence,
  decodeOrderMessage,
  decodeRoundFail,
  decodeSeatMessage,
  EVIDENCE_KINDS,
  type Evidence,
  encodeBatchAttestation,
  encodeBatchProposal,
  encodeCertificate,
  encodeCertifiedVerdict,
  encodeDecline,
  encodeDelivery,
  encodeDissent,
  encodeEvidence,
  encodeOrderMessage,
  encodeRoundFail,
  encodeSeatMessage,
  LOCK_VOTE,
  type LockVote,
  ProtocolError,
  RESULT_STATEMENT,
  REVEAL,
  type RecordSchema,
  type ResultStatement,
  type Reveal,
  ROUND_FAIL,
  type RoundFail,
  type SeatMessage,
  schemaOfEvidence,
  TASK_ORDER,
  type TaskOrder,
  type TaskVerdict,
  toHex,
  VERDICT,
} from '../../src/index.ts';

const hex = (size: number) => fc.uint8Array({ minLength: size, maxLength: size }).map(toHex);
const bytes32s = hex(32) as fc.Arbitrary<Bytes32>;
const signature = fc.uint8Array({ minLength: 64, maxLength: 64 });
const bytes = fc.uint8Array({ maxLength: 100 });

const fieldOf = (type: string): fc.Arbitrary<unknown> => {
  if (type === 'address') return hex(20);
  if (type === 'bytes32') return hex(32);
  const bits = Number(type.slice(4));
  const max = 2n ** BigInt(bits) - 1n;
  return bits > 32 ? fc.bigInt({ min: 0n, max }) : fc.integer({ min: 0, max: Number(max) });
};

/** Any record of a schema, with every width at its edges. */
const recordOf = <T>(schema: RecordSchema<T>): fc.Arbitrary<T> => {
  const fields = Object.entries(schema.fields).map(([name, type]) => [name, fieldOf(type as string)]);
  return fc.record(Object.fromEntries(fields), { noNullPrototype: true }) as fc.Arbitrary<T>;
};
const signedOf = <T>(schema: RecordSchema<T>) =>
  fc.record({ body: recordOf(schema), signature }, { noNullPrototype: true });
const plain = <T>(shape: { [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record<T>(shape, { noNullPrototype: true });

const seats = fc
  .uniqueArray(fc.integer({ min: 0, max: 0xffff }), { maxLength: 31 })
  .map((list) => list.sort((a, b) => a - b));
const lockedSeats = fc
  .uniqueArray(fc.integer({ min: 0, max: 0xffff }), { maxLength: 44 })
  .map((list) => list.sort((a, b) => a - b));
const certificates: fc.Arbitrary<Certificate> = fc
  .tuple(recordOf<ResultStatement>(RESULT_STATEMENT), seats, lockedSeats, signature, hex(32))
  .map(([statement, signers, locked, sealed, commitStructHash]) => ({
    statement,
    signatures: signers.map((seat) => ({ seat, signature: sealed })),
    locked: locked.map((seat) => ({ seat, commitStructHash: commitStructHash as never })),
  }));

const evidences = fc.constantFrom(...EVIDENCE_KINDS).chain((kind) => {
  const side = (name: 'first' | 'second') => signedOf(schemaOfEvidence(kind, name));
  return plain({ kind: fc.constant(kind), operator: hex(20), first: side('first'), second: side('second') });
}) as unknown as fc.Arbitrary<Evidence>;

const seatMessages = fc.oneof(
  plain({ type: fc.constant('commit'), commit: signedOf<Commit>(COMMIT) }),
  plain({
    type: fc.constant('lock-vote'),
    lockVote: signedOf<LockVote>(LOCK_VOTE),
    lockedSeats: fc.bigInt({ min: 0n, max: 2n ** 44n - 1n }),
  }),
  plain({
    type: fc.constant('reveal'),
    reveal: signedOf<Reveal>(REVEAL),
    output: bytes,
    statementSignature: fc.oneof(signature, fc.constant(new Uint8Array(0))),
  }),
  plain({
    type: fc.constant('vote'),
    seat: fc.integer({ min: 0, max: 0xffff }),
    canonicalSeat: fc.integer({ min: 0, max: 0xffff }),
    statement: signedOf<ResultStatement>(RESULT_STATEMENT),
  }),
  plain({
    type: fc.constant('verdict-vote'),
    seat: fc.integer({ min: 0, max: 0xffff }),
    verdict: signedOf<TaskVerdict>(VERDICT),
  }),
  plain({
    type: fc.constant('earlier-value'),
    taskId: bytes32s,
    round: fc.integer({ min: 0, max: 255 }),
    seat: fc.integer({ min: 0, max: 0xffff }),
    earlierRound: fc.integer({ min: 0, max: 255 }),
    blind: bytes32s,
    output: bytes,
  }),
) as fc.Arbitrary<SeatMessage>;

interface Codec<T> {
  readonly values: fc.Arbitrary<T>;
  readonly encode: (value: T) => Uint8Array;
  readonly decode: (bytes: Uint8Array) => T;
}
const codecOf = <T>(values: fc.Arbitrary<T>, encode: (value: T) => Uint8Array, decode: (bytes: Uint8Array) => T) =>
  ({ values, encode, decode }) as unknown as Codec<unknown>;

const CODECS: Readonly<Record<string, Codec<unknown>>> = {
  order: codecOf(
    plain({ order: signedOf<TaskOrder>(TASK_ORDER), inlineInput: bytes }),
    encodeOrderMessage,
    decodeOrderMessage,
  ),
  certificate: codecOf(certificates, encodeCertificate, decodeCertificate),
  delivery: codecOf(
    plain({ certificate: certificates, blind: bytes32s, output: bytes }),
    encodeDelivery,
    decodeDelivery,
  ),
  dissent: codecOf(signedOf<Dissent>(DISSENT), encodeDissent, decodeDissent),
  'round fail': codecOf(signedOf<RoundFail>(ROUND_FAIL), encodeRoundFail, decodeRoundFail),
  decline: codecOf(signedOf<Decline>(DECLINE), encodeDecline, decodeDecline),
  'certified verdict': codecOf(
    fc.tuple(recordOf<TaskVerdict>(VERDICT), seats, signature).map(([verdict, signers, sealed]) => ({
      verdict,
      signatures: signers.map((seat) => ({ seat, signature: sealed })),
    })),
    encodeCertifiedVerdict,
    decodeCertifiedVerdict,
  ),
  evidence: codecOf(evidences, encodeEvidence, decodeEvidence),
  'seat message': codecOf(seatMessages, encodeSeatMessage, decodeSeatMessage),
  'batch proposal': codecOf(
    plain({
      header: recordOf<BatchHeader>(BATCH_HEADER),
      deltas: bytes,
      nullifiers: bytes,
      proposer: fc.integer({ min: 0, max: 0xffff }),
      signature,
    }),
    encodeBatchProposal,
    decodeBatchProposal,
  ),
  'batch attestation': codecOf(
    plain({
      index: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      slot: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      headerDigest: bytes32s,
      attester: fc.integer({ min: 0, max: 0xffff }),
      signature,
    }),
    encodeBatchAttestation,
    decodeBatchAttestation,
  ),
};

for (const [name, { values, encode, decode }] of Object.entries(CODECS)) {
  test(`every ${name} comes back from its bytes as it was`, () => {
    fc.assert(
      fc.property(values, (value) => assert.deepEqual(decode(encode(value)), value)),
      { numRuns: 60 },
    );
  });

  test(`changed bytes of a ${name} are refused, or are the one encoding of another ${name}`, () => {
    fc.assert(
      fc.property(values, fc.nat(), fc.integer({ min: 1, max: 255 }), (value, at, mask) => {
        const changed = encode(value).map((byte, i, all) => (i === at % all.length ? byte ^ mask : byte));
        try {
          assert.deepEqual(encode(decode(changed)), changed);
        } catch (error) {
          assert.ok(error instanceof ProtocolError, String(error));
        }
      }),
      { numRuns: 120 },
    );
  });

  test(`a ${name} cut short or with bytes after it is refused`, () => {
    fc.assert(
      fc.property(values, (value) => {
        const encoded = encode(value);
        for (const wrong of [encoded.subarray(1), encoded.subarray(0, -1), Uint8Array.of(...encoded, 0)]) {
          assert.throws(() => decode(wrong), ProtocolError);
        }
      }),
      { numRuns: 20 },
    );
  });
}
