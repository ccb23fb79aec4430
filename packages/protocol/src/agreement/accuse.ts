import type { Evidence } from '../message/evidence.ts';
import { findEquivocation } from '../offense/equivocation.ts';
import type { RoundParams } from './event.ts';
import { type RoundState, type RoundStep, unchanged } from './state.ts';

/** Reports a seat's pair of contradicting statements, once per kind. Our own seat never accuses itself. */
export const accuse = (params: RoundParams, state: RoundState, seat: number, pair: Evidence): RoundStep => {
  const name = `${pair.kind}/${seat}`;
  if (seat === params.mySeat || state.accused.includes(name)) return unchanged(state);
  const evidence = findEquivocation(pair);
  if (evidence === undefined) return unchanged(state);
  return { state: { ...state, accused: [...state.accused, name] }, effects: [{ type: 'evidence', evidence }] };
};
