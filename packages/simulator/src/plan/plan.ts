import type { StrategyName } from '../strategy/catalogue.ts';
import type { Fault } from './fault.ts';

/** An operator that does not follow the protocol. */
export interface CastMember {
  readonly operator: number;
  readonly strategy: StrategyName;
}

export interface OrderPlan {
  readonly id: number;
  readonly atMs: number;
  readonly requester: number;
  /** Operator whose daemon the requester uses. */
  readonly entry: number;
  readonly redundancy: number;
  /** Declared in the order, in whole MLB. */
  readonly valueAtRiskMlb: number;
}

/** A run as data: the same plan runs the same way to the last event. */
export interface Plan {
  /** Of delays, losses, executions and randomness of nodes. */
  readonly seed: number;
  readonly operatorCount: number;
  /** Lots of each operator. */
  readonly lots: readonly number[];
  readonly mode: 'exact' | 'tolerance';
  readonly orders: readonly OrderPlan[];
  readonly cast: readonly CastMember[];
  /** Requesters that spend their escrow several times over. */
  readonly overspenders: readonly number[];
  /** Every execution of the model says something else. */
  readonly isModelMalicious: boolean;
  /** Executions that take up to three seconds longer than others: longer than the grace of a lock. */
  readonly stragglerShare: number;
  readonly faults: readonly Fault[];
  /** Deliveries that do not happen, by the name the network gives them: how a failing run is made smaller. */
  readonly suppressed: readonly string[];
  readonly untilMs: number;
}

/** The strategy of an operator, or undefined for an honest one. */
export const strategyOf = ({ cast }: Plan, operator: number): StrategyName | undefined =>
  cast.find((member) => member.operator === operator)?.strategy;
