import {
  Address,
  type AgreementMode,
  AUDIT_ROUND,
  AUDITORS,
  DEVNET_PARAMS,
  fromHex,
  keccak256,
  roundSizes,
  type Seat,
  type Secp256k1,
  TaskId,
  type TaskParams,
  tag,
} from '../../src/index.ts';
import { type Committee, DOMAIN } from './committee.ts';

/** Operators by rank: what a draw would give, without the hashes. */
export interface Pool {
  readonly secp256k1: Secp256k1;
  readonly keys: readonly Uint8Array[];
  readonly operators: readonly Seat[];
  readonly params: TaskParams;
}

export const createPool = ({
  size,
  redundancy,
  mode,
  secp256k1,
}: {
  readonly size: number;
  readonly redundancy: number;
  readonly mode: AgreementMode;
  readonly secp256k1: Secp256k1;
}): Pool => {
  const keys = Array.from({ length: size }, (_, i) => fromHex(keccak256(tag(`session key ${i}`))));
  const operators = keys.map((key, i) => ({
    operator: Address(`0x${keccak256(tag(`operator ${i}`)).slice(26)}`),
    sessionKey: secp256k1.addressOf(key),
    weight: 250_000_000n,
  }));
  const params: TaskParams = {
    taskId: TaskId(keccak256(tag('a task'))),
    ...{ epoch: 7n, mode, redundancy, lastRound: roundSizes(redundancy, size).length - 1 },
    ...{ timing: DEVNET_PARAMS.timing, domain: DOMAIN, recover: secp256k1.recover },
  };
  return { secp256k1, keys, operators, params };
};

export const substituteOf = ({ operators, params }: Pool, seat: number): number | undefined =>
  operators.length >= 2 * params.redundancy ? params.redundancy + seat : undefined;

const occupantsOf = (pool: Pool, declined: ReadonlySet<number>): readonly number[] =>
  Array.from({ length: pool.params.redundancy }, (_, seat) =>
    declined.has(seat) ? (substituteOf(pool, seat) ?? seat) : seat,
  );

/** Operators in seat order, as the shell would draw them; undefined: nobody is left. */
export const drawOf = (pool: Pool, round: number, declined: ReadonlySet<number>): readonly number[] | undefined => {
  const occupants = occupantsOf(pool, declined);
  if (round === 0) return occupants;
  const all = pool.operators.map((_, i) => i).filter((i) => !declined.has(i));
  if (round === AUDIT_ROUND) {
    const auditors = all.filter((i) => !occupants.includes(i)).slice(-AUDITORS);
    return auditors.length === AUDITORS ? [...occupants, ...auditors] : undefined;
  }
  const earlier = drawOf(pool, round - 1, declined);
  const size = roundSizes(pool.params.redundancy, all.length)[round];
  if (earlier === undefined || size === undefined) return undefined;
  const union = [...earlier, ...all.filter((i) => !earlier.includes(i)).slice(0, size - earlier.length)];
  return union.length > earlier.length ? union : undefined;
};

/** The seats of a round with their keys. */
export const committeeOf = (pool: Pool, round: number, members: readonly number[]): Committee => {
  const { taskId, epoch, mode, timing, domain, recover } = pool.params;
  return {
    secp256k1: pool.secp256k1,
    domain,
    keys: members.map((i) => pool.keys[i] as Uint8Array),
    params: {
      ...{ taskId, round, epoch, mode, timing, domain, recover, mySeat: undefined },
      seats: members.map((i) => pool.operators[i] as Seat),
    },
  };
};
