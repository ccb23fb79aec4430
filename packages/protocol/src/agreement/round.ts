import { resultDigestOf } from '../message/result-statement.ts';
import { dutyOf, type SeatMessage } from '../message/seat-message.ts';
import { resultHashOf } from '../tensor/canonical.ts';
import type { Agreed, OwnResult, RoundEffect, RoundEvent, RoundParams } from './event.ts';
import { ROUND_RULES, record, recordMessage, settleRules } from './rules.ts';
import { emptyState, type RoundState, type RoundStep } from './state.ts';

/**
 * One event of a round: the next state, and what the shell must do in this order. Pure. What adds no fact decides nothing:
 * in a large union nearly every message is a relay of one that was heard.
 */
export const step = (params: RoundParams, state: RoundState, event: RoundEvent): RoundStep => {
  const recorded = record(params, state, event);
  const isNews = recorded.state !== state || recorded.effects.length > 0;
  return isNews ? settleRules(ROUND_RULES, params, recorded) : recorded;
};

/**
 * A round at its beacon. The delays of `exec` and `round` count from the beacon, those of all other timers from their
 * effect. An observer (`mySeat` undefined) follows and signs nothing.
 */
export const createRound = (params: RoundParams): RoundStep => {
  const { mySeat, timing } = params;
  const exec: readonly RoundEffect[] =
    mySeat === undefined ? [] : [{ type: 'start-timer', timer: 'exec', delayMs: timing.execMs }];
  return {
    state: emptyState(params.seats.length),
    effects: [...exec, { type: 'start-timer', timer: 'round', delayMs: timing.roundMs }],
  };
};

/** What a node wrote down before it stopped. */
export interface RoundMemory {
  /** Own result, from the `persist` effect. */
  readonly result: OwnResult | undefined;
  /** Own messages that were signed, and so may have left: written with the signing guard, before they are sent. */
  readonly signedOwn: readonly SeatMessage[];
  /** From the last `certified` effect that had it. */
  readonly agreed?: Agreed | undefined;
}

/** With the digest it opens: it proves itself against the certificate that comes back. */
const restoredFrom = ({ taskId }: RoundParams, agreed: Agreed | undefined): RoundState['restored'] =>
  agreed && { ...agreed, resultDigest: resultDigestOf(taskId, agreed.blind, resultHashOf(agreed.output)) };

/**
 * A round after a restart. Duties that were signed stay spent, so that nothing is signed twice (I8); what was decided
 * but not signed is decided again, with the same commit. The shell sends `signedOwn` again itself: others may have
 * missed them. What was agreed on can still be opened: without it honest signers could not show what they signed. Messages of the others are lost and come by relay, or not at all; the certificate comes by gossip.
 */
export const restoreRound = (params: RoundParams, { result, signedOwn, agreed }: RoundMemory): RoundStep => {
  const created = createRound(params);
  const order: readonly SeatMessage['type'][] = ['commit', 'lock-vote', 'reveal', 'vote'];
  const remembered = signedOwn
    // After a reorg we may sit elsewhere: what was said for another seat is not ours to stand by.
    .filter((message) => dutyOf(message).seat === params.mySeat)
    .toSorted((a, b) => order.indexOf(a.type) - order.indexOf(b.type))
    .reduce((state, message) => recordMessage(params, state, message).state, {
      ...created.state,
      own: params.mySeat === undefined ? undefined : result,
      restored: restoredFrom(params, agreed),
    });
  return settleRules(ROUND_RULES, params, { state: remembered, effects: created.effects });
};
