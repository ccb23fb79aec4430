import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type Bytes32,
  decodeDeltas,
  decodeLeaves,
  decodeNullifiers,
  deltasOf,
  encodeDeltas,
  encodeLeaves,
  encodeNullifiers,
  keccak256,
  ledgerOf,
  ledgerRowWord,
  merkleDepth,
  merkleProof,
  merkleRoot,
  merkleRootOfProof,
  nullifiersOf,
  ProtocolError,
  toHex,
} from '../../src/index.ts';
import { bytes32 } from '../fixture/network.ts';
import { MANY_OPERATORS, settle } from '../fixture/settlement.ts';

const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const refuses = (run: () => unknown, code = 'BAD_BATCH'): void =>
  assert.throws(run, (error) => error instanceof ProtocolError && error.code === code);

const deltaLists = fc
  .uniqueArray(
    fc.record(
      { kind: fc.constantFrom(0, 1), account: u32, units: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) },
      { noNullPrototype: true },
    ),
    {
      selector: ({ kind, account }) => `${kind}:${account}`,
    },
  )
  .map((deltas) => deltas.sort((a, b) => a.kind - b.kind || a.account - b.account));

test('deltas come back from their bytes as they were', () => {
  fc.assert(fc.property(deltaLists, (deltas) => assert.deepEqual(decodeDeltas(encodeDeltas(deltas)), deltas)));
});

test('deltas out of order, given twice, of an unknown kind or cut short are refused', () => {
  const a = { kind: 0, account: 7, units: 1n };
  const b = { kind: 1, account: 3, units: 2n };
  refuses(() => decodeDeltas(encodeDeltas([b, a])));
  refuses(() => decodeDeltas(encodeDeltas([a, a])));
  refuses(() => decodeDeltas(encodeDeltas([{ ...a, kind: 2 }])));
  refuses(() => decodeDeltas(encodeDeltas([a, b]).subarray(1)));
});

const nonceLists = fc.uniqueArray(
  fc.record({ account: fc.integer({ min: 1, max: 3 }), nonce: fc.bigInt({ min: 0n, max: 1023n }) }),
  { selector: ({ account, nonce }) => `${account}:${nonce}`, maxLength: 60 },
);

test('every nonce is one bit of one nullifier, and they come back from their bytes', () => {
  fc.assert(
    fc.property(nonceLists, (nonces) => {
      const nullifiers = decodeNullifiers(encodeNullifiers(nullifiersOf(nonces)));
      const found = nullifiers.flatMap(({ account, word, mask }) =>
        Array.from({ length: 256 }, (_, bit) => bit)
          .filter((bit) => ((mask >> BigInt(bit)) & 1n) === 1n)
          .map((bit) => `${account}:${word * 256 + bit}`),
      );
      assert.deepEqual(found.sort(), nonces.map(({ account, nonce }) => `${account}:${nonce}`).sort());
    }),
  );
});

test('a nonce given twice or not below 2^40 has no nullifier', () => {
  refuses(() =>
    nullifiersOf([
      { account: 1, nonce: 5n },
      { account: 1, nonce: 5n },
    ]),
  );
  refuses(() => nullifiersOf([{ account: 1, nonce: 2n ** 40n }]));
  assert.equal(nullifiersOf([{ account: 1, nonce: 2n ** 40n - 1n }])[0]?.word, 0xffff_ffff);
});

test('nullifiers out of order, given twice, empty or cut short are refused', () => {
  const a = { account: 1, word: 2, mask: 1n };
  const b = { account: 2, word: 0, mask: 1n };
  refuses(() => decodeNullifiers(encodeNullifiers([b, a])));
  refuses(() => decodeNullifiers(encodeNullifiers([a, a])));
  refuses(() => decodeNullifiers(encodeNullifiers([{ ...a, mask: 0n }])));
  refuses(() => decodeNullifiers(encodeNullifiers([a]).subarray(1)));
});

test('leaves come back from their bytes, and any other bytes for them are refused', () => {
  const places = { committee: [3, 1, 2, 0], ledgerRows: [0, 4, 2] };
  const findings = new Map([[2, { finding: 'gross', isOverturnedSigner: true }]] as const);
  const disputed = settle({ snapshot: MANY_OPERATORS, round: 2, declined: [1, 3], findings });
  const leaves = [settle(), disputed].map(({ blind: _, ...task }) => ({ ...task, ...places }));
  const bytes = encodeLeaves(leaves);
  assert.deepEqual(decodeLeaves(bytes), leaves);
  refuses(() => decodeLeaves(Uint8Array.of(...bytes, 0)), 'BAD_ENCODING');
  refuses(() => decodeLeaves(new Uint8Array(1024 * 1024 + 1)), 'TOO_LARGE');
  refuses(
    () => decodeLeaves(encodeLeaves([{ ...leaves[0], committee: new Array(45).fill(1) } as never])),
    'BAD_ENCODING',
  );
  refuses(() => decodeLeaves(encodeLeaves([{ ...leaves[0], ledgerRows: [-1] } as never])), 'BAD_ENCODING');
});

test('a proof of a leaf leads to the root from its own place only', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.nat(), (count, pick) => {
      const leaves: Bytes32[] = Array.from({ length: count }, (_, i) => bytes32(`leaf ${i}`));
      const index = pick % count;
      const leaf = leaves[index] as Bytes32;
      const proof = merkleProof(leaves, index);
      assert.equal(proof.length, merkleDepth(count));
      assert.equal(merkleRootOfProof({ leaf, index, proof }), merkleRoot(leaves));
      if (count > 1) assert.notEqual(merkleRootOfProof({ leaf, index: index ^ 1, proof }), merkleRoot(leaves));
      assert.notEqual(merkleRootOfProof({ leaf: keccak256(leaf), index, proof }), merkleRoot(leaves));
    }),
  );
});

const movements = fc.array(
  fc.array(
    fc.record({
      kind: fc.constantFrom(0, 1),
      account: fc.integer({ min: 1, max: 5 }),
      units: fc.bigInt({ min: 1n, max: 99n }),
    }),
    {
      maxLength: 6,
    },
  ),
  { maxLength: 8 },
);

test('the ledger sorts the movements of all leaves by lane, and its last running sums are the deltas', () => {
  fc.assert(
    fc.property(movements, (lists) => {
      const leaves = lists.map((list) => list.map((entry, slot) => ({ ...entry, slot })));
      const ledger = ledgerOf(leaves);
      leaves.forEach((entries, leaf) => {
        assert.deepEqual(
          (ledger.rowsByLeaf[leaf] ?? []).map((row) => {
            const { runningUnits: _, leaf: of, ...entry } = ledger.rows[row] ?? assert.fail();
            assert.equal(of, leaf);
            return entry;
          }),
          entries,
        );
      });
      const totals = new Map<string, bigint>();
      for (const { kind, account, units } of leaves.flat()) {
        totals.set(`${kind}:${account}`, (totals.get(`${kind}:${account}`) ?? 0n) + units);
      }
      const deltas = deltasOf(ledger);
      assert.deepEqual(new Map(deltas.map(({ kind, account, units }) => [`${kind}:${account}`, units])), totals);
      assert.deepEqual(decodeDeltas(encodeDeltas(deltas)), deltas);
    }),
  );
});

test('a ledger row is one 32-byte word', () => {
  const row = { kind: 1, account: 2, units: 3n, runningUnits: 4n, leaf: 5, slot: 6 };
  assert.equal(
    toHex(ledgerRowWord(row)),
    `0x01${'00000002'}${'0000000000000003'}${'0000000000000004'}${'00000005'}06${'00'.repeat(6)}`,
  );
});
