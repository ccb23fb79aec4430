import { agreedOf } from '../agreement/certify.ts';
import type { OwnResult } from '../agreement/event.ts';
import { AUDIT_ROUND } from '../committee/audit.ts';
import type { SeatMessage } from '../message/seat-message.ts';
import { markVerified } from '../primitives/verified.ts';
import { isCalledFor } from './dispute.ts';
import type { TaskParams } from './event.ts';
import { stepRound } from './rounds.ts';
import { once, type SeatedRound, type TaskRule, type TaskState, type TaskStep } from './state.ts';

const isIdle = ({ state }: SeatedRound): boolean =>
  state.own === undefined && !state.isSilent && !state.spent.commit && state.phase === 'open';

const nameOf = ({ params }: SeatedRound): string => `execute/${params.round}/${params.mySeat}`;

/** Our own output, whatever round it was made for. */
const ownResultOf = (state: TaskState): OwnResult | undefined => {
  for (const { state: facts } of state.rounds.values()) if (facts.own !== undefined) return facts.own;
  return undefined;
};

/** An execution that was asked for may still end. */
const isExecuting = (state: TaskState): boolean =>
  [...state.rounds.values()].some((seated) => state.done.has(nameOf(seated)) && isIdle(seated));

/** A seat of a round that takes place, and has no certificate: it needs an output. */
const isWanted = (params: TaskParams, state: TaskState, seated: SeatedRound): boolean => {
  const { round, mySeat } = seated.params;
  const isWaited = mySeat !== undefined && isIdle(seated) && seated.state.certificate === undefined;
  return isWaited && (round === AUDIT_ROUND || isCalledFor(params, state, round));
};

/** The output that a seat has, committed again, or an execution. */
export const executeRule: TaskRule = (params, state) => {
  for (const [round, seated] of state.rounds) {
    if (!isWanted(params, state, seated) || state.done.has(nameOf(seated))) continue;
    const result = ownResultOf(state);
    if (result !== undefined) return once(state, nameOf(seated), [{ type: 'recommit', round, result }]);
    if (!isExecuting(state)) return once(state, nameOf(seated), [{ type: 'execute', round }]);
  }
  return undefined;
};

/** The opening of an earlier certificate for the seats of a later round, if we hold it and they do not have it yet. */
const openingFor = (state: TaskState, later: SeatedRound): SeatMessage | undefined => {
  const { taskId, round, mySeat: seat, earlier = [] } = later.params;
  if (seat === undefined) return undefined;
  for (const { round: earlierRound } of earlier) {
    const known = state.rounds.get(earlierRound);
    if (known?.state.certificate === undefined) continue;
    if (later.state.earlierValues.some((value) => value.round === earlierRound)) continue;
    const opened = agreedOf(known.params, known.state, known.state.certificate.statement);
    if (opened !== undefined) return { type: 'earlier-value', taskId, round, seat, earlierRound, ...opened };
  }
  return undefined;
};

/** After the lock, and so after our reveal, fresh seats may know what the earlier certificates say. Never before (I3). */
export const earlierValueRule: TaskRule = (params, state): TaskStep | undefined => {
  for (const [round, seated] of state.rounds) {
    if (seated.state.spent.reveal === undefined) continue;
    const message = openingFor(state, seated);
    if (message === undefined) continue;
    // It opens a digest of a verified certificate, which is all its proof.
    const step = stepRound(params, state, { round, event: { type: 'message', message: markVerified(message) } });
    return {
      state: step.state,
      effects: [{ type: 'round', round, effect: { type: 'relay', message } }, ...step.effects],
    };
  }
  return undefined;
};
