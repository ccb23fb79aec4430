import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  abiEncodeSlashRow,
  decodeDeltas,
  decodeFold,
  decodeLeaves,
  emptyFold,
  encodeFold,
  type Finding,
  foldBatch,
  foldDigestOf,
  keccak256,
  ProtocolError,
  reputationRootOf,
  roundSizes,
  type SeatJudgement,
  type SlashRow,
  slashesRootOf,
  slashProofOf,
  slashRowBps,
  slashRowHash,
} from '../../src/index.ts';
import { type FoldedChain, foldSource, newChain, settleNext } from '../fixture/fold.ts';
import { bytes32, someAddress } from '../fixture/network.ts';
import { BASE_FEE, MANY_OPERATORS, settle, type TaskChoice } from '../fixture/settlement.ts';

const sizes = roundSizes(4);

/** A task of any round with a verdict about the three tenths that did not sign. */
const tasks = fc
  .record({
    nonce: fc.bigInt({ min: 0n, max: 2n ** 40n - 1n }),
    requester: fc.constantFrom('alice', 'bob', 'carol'),
    round: fc.constantFrom(0, 1, 2),
    declined: fc.subarray([0, 1, 2, 3]),
    isJudged: fc.boolean(),
    bad: fc.array(fc.tuple(fc.constantFrom<Finding>('near', 'gross', 'withheld', 'silent'), fc.boolean()), {
      maxLength: 13,
    }),
  })
  .map(({ nonce, requester, round, declined, isJudged, bad }): TaskChoice => {
    const seats = Array.from({ length: sizes[round] ?? 0 }, (_, seat) => seat);
    const faulty = bad.slice(0, Math.floor(seats.length * 0.3));
    const isSilent = (seat: number): boolean => faulty[seat]?.[0] === 'silent';
    const findings = new Map(
      faulty.map(([finding, isOverturnedSigner], seat): [number, SeatJudgement] => [
        seat,
        { finding, isOverturnedSigner },
      ]),
    );
    return {
      snapshot: MANY_OPERATORS,
      order: { nonce },
      requester,
      round,
      declined,
      locked: seats.filter((seat) => !isSilent(seat)),
      signers: seats.slice(faulty.length),
      ...(round > 0 && isJudged ? { findings } : {}),
    };
  });
const batches = fc.array(
  fc.record({
    slots: fc.bigInt({ min: 0n, max: 12n }),
    tasks: fc.uniqueArray(tasks, {
      minLength: 1,
      maxLength: 3,
      selector: ({ order, requester }) => `${requester}/${order?.nonce}`,
    }),
  }),
  { minLength: 1, maxLength: 5 },
);

/** The same chain whatever the run: a nonce used before is another batch's, which the test chain does not mind. */
const chainOf = (list: readonly { readonly slots: bigint; readonly tasks: readonly TaskChoice[] }[]): FoldedChain => {
  let slot = 1n;
  return list.reduce((chain, { slots, tasks: choices }) => {
    slot += slots;
    return settleNext(chain, { slot, tasks: choices.map(settle) });
  }, newChain());
};

test('I9, I11, I12: batches of all rounds conserve value, give the roots of their headers, and slash inside the bands', () => {
  fc.assert(
    fc.property(batches, (list) => {
      const chain = chainOf(list);
      let fold = emptyFold(BASE_FEE);
      for (const { header, data, deltas } of chain.batches) {
        const sum = (kind: number) =>
          decodeDeltas(deltas).reduce((total, delta) => (delta.kind === kind ? total + delta.units : total), 0n);
        assert.equal(sum(0), sum(1) + header.treasuryUnits + header.burnUnits);
        fold = foldBatch(fold, { header, leaves: decodeLeaves(data) }, foldSource());
        assert.deepEqual(
          [header.reputationRoot, header.slashesRoot, header.baseFee],
          [reputationRootOf(fold.reputation), slashesRootOf(fold.slashes), fold.baseFee],
        );
        for (const row of fold.slashes) {
          const bps = slashRowBps(row, 0);
          assert.ok(bps >= 1000 && bps <= 5000 && row.seats >= 10 && row.judges.length <= 31);
          assert.ok(!row.judges.includes(row.operator));
        }
        const slashed = fold.slashes.map(({ operator }) => operator);
        assert.equal(new Set(slashed).size, slashed.length);
      }
      assert.equal(foldDigestOf(fold), foldDigestOf(chain.fold));
    }),
    { numRuns: 25 },
  );
});

test('a fold comes back from its bytes as it was, and any other bytes for it are refused', () => {
  fc.assert(
    fc.property(batches, fc.nat(), (list, at) => {
      const { fold } = chainOf(list);
      const encoded = encodeFold(fold);
      assert.deepEqual(decodeFold(encoded), fold);
      const changed = encoded.map((byte, i) => (i === at % encoded.length ? byte ^ 1 : byte));
      try {
        assert.notEqual(foldDigestOf(decodeFold(changed)), foldDigestOf(fold));
      } catch (error) {
        assert.ok(error instanceof ProtocolError, String(error));
      }
    }),
    { numRuns: 25 },
  );
});

const rows = fc.array(fc.integer({ min: 0, max: 1000 }), { maxLength: 20 }).map((seeds) =>
  [...new Set(seeds)].map(
    (seed): SlashRow => ({
      operator: someAddress(`offender ${seed}`),
      offense: 5,
      evidence: bytes32(`task ${seed}`),
      seats: 13,
      foundWrongBps: seed,
      signedOverturned: seed % 2 === 0,
      missBps: 0,
      reporter: someAddress('nobody'),
      judges: Array.from({ length: seed % 4 }, (_, i) => someAddress(`judge ${i}`)),
    }),
  ),
);

test('the proof of a row leads to the root whatever the order of the rows, and no other row does', () => {
  fc.assert(
    fc.property(rows, (list) => {
      const root = slashesRootOf(list);
      assert.equal(slashesRootOf(list.toReversed()), root);
      const climb = (row: SlashRow, proof: readonly `0x${string}`[]) =>
        proof.reduce(
          (node, sibling) => (node < sibling ? keccak256(node, sibling) : keccak256(sibling, node)),
          slashRowHash(row),
        );
      for (const row of list) {
        assert.equal(climb(row, slashProofOf(list, row)), root);
        assert.notEqual(climb({ ...row, seats: 14 }, slashProofOf(list, row)), root);
        assert.notEqual(keccak256(abiEncodeSlashRow(row)), slashRowHash(row));
      }
      const stranger = { operator: someAddress('stranger') } as SlashRow;
      assert.throws(() => slashProofOf(list, { ...(list[0] ?? stranger), ...stranger }));
    }),
    { numRuns: 50 },
  );
});
