import { accuse } from './accuse.ts';
import type { RoundParams } from './event.ts';
import type { RoundState, RoundStep, Rule } from './state.ts';

/**
 * A signed reveal that does not open the seat's signed commit is evidence (E2). Only where exactly one commit of the seat is
 * known: with two the reveal may open either, and the two are worse evidence by themselves (E1).
 */
export const openingRule: Rule = (params, state) => {
  for (const [seat, known] of state.commits.entries()) {
    const step = known.length === 1 ? accuseFalse(params, state, seat) : undefined;
    if (step !== undefined) return step;
  }
  return undefined;
};

const accuseFalse = (params: RoundParams, state: RoundState, seat: number): RoundStep | undefined => {
  const first = state.commits[seat]?.[0]?.signed;
  const operator = params.seats[seat]?.operator;
  const second = state.reveals[seat]?.find(({ opens }) => opens !== first?.body.commitHash)?.message.reveal;
  if (first === undefined || second === undefined || operator === undefined) return undefined;
  const step = accuse(params, state, seat, { kind: 'opening', operator, first, second });
  return step.state === state ? undefined : step;
};
