import assert from 'node:assert/strict';
import {
  Address,
  attesterWeight,
  type Bytes32,
  type Charge,
  chargeOf,
  createDomain,
  type Domain,
  drawCommittee,
  drawProposer,
  fromHex,
  isAttestationQuorum,
  keccak256,
  movementsOfCharge,
  type OperatorRow,
  type Secp256k1,
  type Snapshot,
  snapshotRowsBytes,
  tag,
  toHex,
} from '@mlb/protocol';
import { concat, decodeFunctionResult, encodeFunctionData, type Hex } from 'viem';
import { compileContract } from '../bench/compile.ts';
import type { TestChain } from './chain.ts';
import { createDraw, type Draw } from './tamper.ts';

/** Rounds of one call, all with one table. */
const CALL_ROUNDS = 100;
const MIN_ROWS = 3;
const MAX_ROWS = 24;
const WORDS = 6;

interface Table {
  readonly snapshot: Snapshot;
  readonly keys: readonly Uint8Array[];
}
interface Round {
  readonly seed: Bytes32;
  readonly seats: number;
  readonly barred: readonly [number, number];
  readonly slot: bigint;
  readonly signers: readonly number[];
  readonly priceWei: bigint;
  readonly computeUnits: number;
  readonly tipPerSeat: bigint;
  readonly baseFee: bigint;
  readonly lockedCount: number;
  readonly paidCount: number;
}

/** How often the rounds met each side of a rule: a rule that is never broken is not compared. */
export interface DifferentialCounts {
  readonly rounds: number;
  readonly undrawable: number;
  readonly quorums: number;
  readonly noQuorums: number;
  readonly shared: number;
}

const createTable = (draw: Draw, secp256k1: Secp256k1, name: string): Table => {
  const count = MIN_ROWS + draw(MAX_ROWS - MIN_ROWS + 1);
  const keys = Array.from({ length: count }, (_, i) => fromHex(keccak256(tag(`${name} key ${i}`))));
  const rows = keys.map((key, i): OperatorRow => {
    const roles = [2, 2, 2, 3, 4, 6][draw(6)] ?? 0;
    const stakeMlb = [50_000, 50_000, 99_999, 100_000, 149_999, 200_000, 49_999, 25_000][draw(8)] ?? 0;
    const reputationBps = draw(5) === 0 ? 3_990 + draw(20) : 3_000 + draw(7_001);
    const sessionKey = secp256k1.addressOf(key);
    const operator = Address(toHex(fromHex(keccak256(tag(`${name} operator ${i}`))).subarray(12)));
    const common = { peerKey: undefined, runtimeClass: draw(2), roles, stakeMlb, reputationBps };
    return { operatorIndex: 3 * i + draw(3), operator, sessionKey, ...common };
  });
  return { snapshot: { epoch: 1n, sealedAtBlock: 1n, rows }, keys };
};

const big = (draw: Draw, bits: number): bigint => {
  let value = 0n;
  for (let i = 0; i < bits; i += 16) value = (value << 16n) | BigInt(draw(65_536));
  // Of every size, not only the largest.
  return (value & ((1n << BigInt(bits)) - 1n)) >> BigInt(draw(bits));
};

const createRound = (draw: Draw, { snapshot }: Table, name: string): Round => {
  const { rows } = snapshot;
  const index = (): number => (draw(3) === 0 ? 10_000 : (rows[draw(rows.length)]?.operatorIndex ?? 0));
  const share = draw(101);
  return {
    seed: keccak256(tag(name)),
    seats: draw(4) === 0 ? 3 + draw(13) : 3 + draw(3),
    barred: [index(), index()],
    slot: big(draw, 63),
    signers: rows.flatMap((_, row) => (draw(100) < share ? [row] : [])),
    priceWei: big(draw, 96),
    computeUnits: draw(0xffff_ffff),
    tipPerSeat: big(draw, 80),
    baseFee: big(draw, 64),
    lockedCount: 1 + draw(15),
    // More than are charged for share: a later round.
    paidCount: 1 + draw(31),
  };
};

const wordOf = (value: bigint | number): string => value.toString(16).padStart(64, '0');

/** As RoundHarness.Round is encoded. */
const packRound = (round: Round): string =>
  round.seed.slice(2) +
  [
    round.seats,
    ...round.barred,
    round.slot,
    round.signers.reduce((bits, row) => bits | (1n << BigInt(row)), 0n),
    round.priceWei,
    round.computeUnits,
    round.tipPerSeat,
    round.baseFee,
    round.lockedCount,
    round.paidCount,
  ]
    .map(wordOf)
    .join('');

const drawnWord = (domain: Domain, { snapshot }: Table, round: Round): string => {
  const operatorAt = (index: number): Address =>
    snapshot.rows.find(({ operatorIndex }) => operatorIndex === index)?.operator ?? Address(`0x${'0'.repeat(40)}`);
  const exclude = round.barred.map(operatorAt);
  const seats = drawCommittee({ seed: round.seed, snapshot, redundancy: round.seats, exclude }) ?? [];
  const drawn = seats.reduce((packed, { row }) => (packed << 8n) | BigInt(row + 1), 0n);
  const proposer = BigInt(drawProposer({ domain, snapshot, slot: round.slot }) ?? 0);
  return wordOf((drawn << 16n) | (proposer << 8n) | (isAttestationQuorum(snapshot, round.signers) ? 1n : 0n));
};

/** Each slot's units, those of slots that the task does not have among them, and the places of three. */
const movementsHash = (charge: Charge, { paidCount, seed }: Round): string => {
  const accounts = {
    requester: 1,
    modelProvider: 2,
    batcher: 3,
    paidSeats: Array.from({ length: paidCount }, (_, i) => 4 + i),
  };
  const movements = movementsOfCharge(charge, accounts);
  const slots = paidCount + 7;
  const unitsBySlot = new Map(movements.map(({ slot, units }) => [slot, units]));
  const units = Array.from({ length: slots }, (_, slot) => unitsBySlot.get(slot) ?? 0n);
  const places = [3, Number(BigInt(seed) % BigInt(slots)), slots - 1];
  const positions = places.map((place) => movements.filter(({ slot }) => slot < place).length);
  return keccak256(fromHex(`0x${[...units, ...positions].map(wordOf).join('')}`)).slice(2);
};

const chargeWords = (round: Round): string => {
  const { priceWei: modelPriceWei, computeUnits, tipPerSeat, baseFee, lockedCount, paidCount } = round;
  const charge = chargeOf({ order: { computeUnits, tipPerSeat }, modelPriceWei, baseFee, lockedCount, paidCount });
  const { chargeUnits, paidSeatUnits, treasuryUnits, burnUnits, batcherUnits } = charge;
  const amounts = [chargeUnits, paidSeatUnits, treasuryUnits, (burnUnits << 128n) | batcherUnits].map(wordOf);
  return amounts.join('') + movementsHash(charge, round);
};

/**
 * Plays random rounds in TypeScript and by the contracts' own libraries: committees, proposers, certificates, charges and
 * movements, to the bit. Throws an assertion with the first round whose words differ.
 */
export const compareRounds = async (
  chain: TestChain,
  { rounds, seed, secp256k1 }: { readonly rounds: number; readonly seed: number; readonly secp256k1: Secp256k1 },
): Promise<DifferentialCounts> => {
  const { abi, bytecode } = compileContract('bench/contracts/RoundHarness.sol', { viaIR: true });
  const wallet = await chain.fundedWallet();
  const { publicClient } = chain;
  const hash = await wallet.deployContract({ abi, bytecode });
  const { contractAddress } = await publicClient.waitForTransactionReceipt({ hash });
  const to = contractAddress as Hex;
  const settlement = Address(to.toLowerCase());
  const domain = createDomain(await publicClient.getChainId(), settlement);
  const draw = createDraw(seed);
  const digest = keccak256(tag('what is certified'));
  const counts = { rounds: 0, undrawable: 0, quorums: 0, noQuorums: 0, shared: 0 };

  const playTable = async (table: Table, list: readonly Round[]): Promise<void> => {
    const sealing = encodeFunctionData({ abi, functionName: 'seal', args: [toHex(snapshotRowsBytes(table.snapshot))] });
    await publicClient.waitForTransactionReceipt({ hash: await wallet.sendTransaction({ to, data: sealing }) });
    const signatures = concat(table.keys.map((key) => toHex(secp256k1.sign(digest, key))));
    const args = [settlement, digest, signatures, `0x${list.map(packRound).join('')}`];
    const { data } = await publicClient.call({ to, data: encodeFunctionData({ abi, functionName: 'play', args }) });
    const words = (decodeFunctionResult({ abi, functionName: 'play', data: data ?? '0x' }) as Hex).slice(2);
    assert.equal(words.length, list.length * WORDS * 64);
    for (const [i, round] of list.entries()) {
      const drawn = drawnWord(domain, table, round);
      const expected = drawn + chargeWords(round);
      const actual = words.slice(i * WORDS * 64, (i + 1) * WORDS * 64);
      assert.equal(actual, expected, `round ${counts.rounds + i}: ${JSON.stringify(round, bigints)}`);
      if (BigInt(`0x${drawn}`) >> 16n === 0n) counts.undrawable += 1;
      if (round.paidCount > round.lockedCount) counts.shared += 1;
      counts[drawn.endsWith('1') ? 'quorums' : 'noQuorums'] += 1;
    }
    counts.rounds += list.length;
  };
  for (let table = 0; counts.rounds < rounds; table++) {
    const drawnTable = createTable(draw, secp256k1, `table ${seed} ${table}`);
    // A table nobody could certify draws no proposer.
    if (drawnTable.snapshot.rows.every((row) => attesterWeight(row) === 0n)) continue;
    const size = Math.min(CALL_ROUNDS, rounds - counts.rounds);
    const name = (i: number): string => `round ${seed} ${table} ${i}`;
    await playTable(
      drawnTable,
      Array.from({ length: size }, (_, i) => createRound(draw, drawnTable, name(i))),
    );
  }
  return counts;
};

const bigints = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? `${value}` : value);
