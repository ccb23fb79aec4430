import { record, settleRules } from '../../src/agreement/rules.ts';
import type { RoundState, Rule } from '../../src/agreement/state.ts';
import {
  createRound,
  createTaskMachine,
  type OwnResult,
  type RoundEffect,
  type RoundEvent,
  stepTask,
  type TaskEffect,
  type TaskParams,
  type TaskState,
} from '../../src/index.ts';
import { type Committee, executionOf, outputBytes, paramsOf } from './committee.ts';
import { fakeSecp256k1 } from './fake-secp256k1.ts';
import { createNode, exchange, feed } from './node.ts';
import { committeeOf, createPool } from './task-pool.ts';

/** Where a machine is: `inner` is its own, `round` is what decides. */
export interface Position {
  readonly inner: unknown;
  readonly round: RoundState;
  readonly effects: readonly RoundEffect[];
}

/** What an honest seat of an explored round runs. */
export interface Machine {
  readonly committee: Committee;
  /** A seat that has its output and is about to commit. */
  readonly start: (seat: number) => Position;
  readonly step: (seat: number, inner: unknown, event: RoundEvent) => Position;
}

/** One round by itself, under given rules. */
export const roundMachine = (committee: Committee, rules: readonly Rule[]): Machine => {
  const step = (seat: number, inner: unknown, event: RoundEvent): Position => {
    const params = paramsOf(committee, seat);
    const { state, effects } = settleRules(rules, params, record(params, inner as RoundState, event));
    return { inner: state, round: state, effects };
  };
  const start = (seat: number): Position =>
    step(seat, createRound(paramsOf(committee, seat)).state, {
      type: 'executed',
      result: executionOf(seat, outputBytes([1])),
    });
  return { committee, start, step };
};

type TaskStepOf = (
  params: TaskParams,
  state: TaskState,
  event: Parameters<typeof stepTask>[2],
) => ReturnType<typeof stepTask>;

const ROUND = 1;
const innerEffects = (effects: readonly TaskEffect[]): readonly RoundEffect[] =>
  effects.flatMap((effect) => (effect.type === 'round' && effect.round === ROUND ? [effect.effect] : []));

/**
 * Round 1 of a task whose round 0 three honest seats have certified: they know its value and commit to it again; the rest of
 * the union is fresh. The whole task machine runs, openings of the value of round 0 included.
 */
export const unionMachine = (size: number, stepOf: TaskStepOf = stepTask): Machine => {
  const redundancy = 3;
  const pool = createPool({ size, redundancy, mode: { type: 'exact' }, secp256k1: fakeSecp256k1 });
  const first = committeeOf(pool, 0, [0, 1, 2]);
  const committee = committeeOf(pool, ROUND, [...pool.operators.keys()]);
  const nodes = [0, 1, 2].map((seat) => createNode(first, seat));
  const results = nodes.map(({ seat }) => executionOf(seat, outputBytes([1]), 7));
  for (const node of nodes) feed(first, node, { type: 'executed', result: results[node.seat] as OwnResult });
  exchange(first, { type: 'commit', from: nodes, to: nodes });
  exchange(first, { type: 'reveal', from: nodes, to: nodes });

  const step = (_seat: number, inner: unknown, event: RoundEvent): Position => {
    const { state, effects } = stepOf(pool.params, inner as TaskState, { type: 'round', round: ROUND, event });
    const round = state.rounds.get(ROUND)?.state;
    if (round === undefined) throw new Error('round 1 is not seated');
    return { inner: state, round, effects: innerEffects(effects) };
  };
  const start = (seat: number): Position => {
    const old = nodes[seat];
    const known = old && { params: old.params, state: old.state };
    const empty = createTaskMachine(pool.params).state;
    const before = known === undefined ? empty : { ...empty, rounds: new Map([[0, known]]) };
    const { seats } = committee.params;
    const seated = stepOf(pool.params, before, { type: 'seated', round: ROUND, seats, mySeat: seat });
    return step(seat, seated.state, { type: 'executed', result: executionOf(seat, outputBytes([1])) });
  };
  return { committee, start, step };
};
