import assert from 'node:assert/strict';
import {
  type Bytes32,
  type Certificate,
  createTaskMachine,
  DECLINE,
  DISSENT,
  DISSENT_WITHHELD,
  type Dissent,
  keccak256,
  lockRootOf,
  RESULT_STATEMENT,
  ROUND_FAIL,
  type Seat,
  statementHashOf,
  stepTask,
  type TaskEffect,
  type TaskEvent,
  type TaskState,
  type TimerName,
  tag,
  type Verified,
  verifyCertificate,
} from '../../src/index.ts';
import { type Committee, signBody } from '../sim/committee.ts';
import { fakeSecp256k1 } from '../sim/fake-secp256k1.ts';
import { committeeOf, createPool, drawOf, type Pool } from '../sim/task-pool.ts';

/** Thirteen operators, four seats: rounds of 4, 13; with redundancy 3 also 3, 10, 13. */
export const poolOf = (redundancy = 4, size = 13): Pool =>
  createPool({ size, redundancy, mode: { type: 'exact' }, secp256k1: fakeSecp256k1 });

export const seatsOf = (pool: Pool, round: number, declined: readonly number[] = []): Committee =>
  committeeOf(pool, round, drawOf(pool, round, new Set(declined)) ?? assert.fail('no such round'));

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);

/** A certificate of a round without running it: of all seats unless told, of a value that `value` names. */
export const certify = (
  pool: Pool,
  round: number,
  {
    signers,
    locked,
    value = 'value',
    digest = keccak256(tag(value)),
    committee = seatsOf(pool, round),
  }: {
    readonly signers?: readonly number[];
    readonly locked?: readonly number[];
    readonly value?: string;
    readonly digest?: Bytes32;
    readonly committee?: Committee;
  } = {},
): Verified<Certificate> => {
  const { seats, taskId, epoch } = committee.params;
  const members = (locked ?? range(seats.length)).map((seat) => ({
    seat,
    commitStructHash: keccak256(tag(`commit ${round} ${seat}`)),
  }));
  const statement = {
    ...{ taskId, round, epoch, seatCount: seats.length, lockRoot: lockRootOf(members) },
    resultDigest: digest,
  };
  const signatures = (signers ?? range(seats.length)).map((seat) => ({
    seat,
    signature: signBody(committee, { seat, schema: RESULT_STATEMENT, body: statement }).signature,
  }));
  const verified = verifyCertificate({ ...committee, seats, certificate: { statement, signatures, locked: members } });
  assert.ok(typeof verified !== 'string', String(verified));
  return verified;
};

/** One node's task machine, fed by hand. */
export interface Bench {
  readonly pool: Pool;
  state: TaskState;
  readonly effects: TaskEffect[];
}

export const createBench = (pool: Pool): Bench => ({
  pool,
  state: createTaskMachine(pool.params).state,
  effects: [],
});

/** Feeds events; the effects of these alone. */
export const feed = (bench: Bench, ...events: readonly TaskEvent[]): readonly TaskEffect[] => {
  const all: TaskEffect[] = [];
  for (const event of events) {
    const { state, effects } = stepTask(bench.pool.params, bench.state, event);
    bench.state = state;
    all.push(...effects);
  }
  bench.effects.push(...all);
  return all;
};

export const namesOf = (effects: readonly TaskEffect[]): readonly string[] =>
  effects.flatMap((effect) => {
    if (effect.type === 'round') return effect.effect.type === 'sign' ? [`sign ${effect.effect.unsigned.type}`] : [];
    return 'round' in effect ? [`${effect.type} ${effect.round}`] : [effect.type];
  });

export const seated = (pool: Pool, round: number, mySeat?: number): TaskEvent => ({
  type: 'seated',
  round,
  seats: seatsOf(pool, round).params.seats,
  mySeat,
});
export const certified = (certificate: Verified<Certificate>): TaskEvent => ({
  type: 'round',
  round: certificate.statement.round,
  event: { type: 'certificate', certificate },
});
export const timer = (round: number, name: TimerName): TaskEvent => ({
  type: 'round',
  round,
  event: { type: 'timer', timer: name },
});
export const refundTimer: TaskEvent = { type: 'timer', timer: 'refund' };

export const dissentOf = (
  pool: Pool,
  seat: number,
  { statement }: Certificate,
  change: Partial<Dissent> = {},
): TaskEvent => {
  const { taskId, round } = statement;
  const body = { taskId, round, seat, reason: DISSENT_WITHHELD, statementHash: statementHashOf(statement), ...change };
  return { type: 'dissent', dissent: signBody(seatsOf(pool, round), { seat, schema: DISSENT, body }) as never };
};

export const roundFailOf = (pool: Pool, round: number, seat: number): TaskEvent => {
  const body = { taskId: pool.params.taskId, round, seat };
  return { type: 'round-fail', roundFail: signBody(seatsOf(pool, round), { seat, schema: ROUND_FAIL, body }) as never };
};

export const declineOf = (pool: Pool, seat: number, mySeat?: number): TaskEvent => {
  const body = { taskId: pool.params.taskId, round: 0, seat };
  const decline = signBody(seatsOf(pool, 0), { seat, schema: DECLINE, body }) as never;
  return { type: 'decline', decline, substitute: pool.operators[pool.params.redundancy + seat] as Seat, mySeat };
};

export const notAudited: TaskEvent = { type: 'audit-decided', isAudited: false };
export const audited: TaskEvent = { type: 'audit-decided', isAudited: true };
