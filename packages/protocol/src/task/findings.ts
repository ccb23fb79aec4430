import type { RoundParams } from '../agreement/event.ts';
import { lockOf } from '../agreement/lock.ts';
import { lockedReveal, outputOf, tensorsOf, type Value } from '../agreement/output.ts';
import type { RoundState } from '../agreement/state.ts';
import { AUDIT_ROUND } from '../committee/audit.ts';
import { type Certificate, MAX_CERTIFICATE_SIGNERS } from '../message/certificate.ts';
import type { Finding, SeatJudgement } from '../message/task-verdict.ts';
import { findingOf } from '../offense/verdict.ts';
import type { Address } from '../primitives/hex.ts';
import type { SeatedRound, TaskState } from './state.ts';

const findingAbout = ({ mode }: RoundParams, revealed: Value, canon: Value): Finding => {
  if (revealed.resultHash === canon.resultHash) return 'agreeing';
  const [own, certified] = [tensorsOf(revealed.output), tensorsOf(canon.output)];
  if (mode.type === 'exact' || own === undefined || certified === undefined) return 'gross';
  return findingOf(own, certified, mode);
};

/**
 * Operators that signed a certificate before this round's whose value, as opened after the lock, is grossly another one. A
 * value within four tolerances may come from the same honest machines with another centre: its signers did nothing.
 */
const overturnedSigners = (
  task: TaskState,
  { params, state }: SeatedRound,
  canon: Value,
): ReadonlySet<Address | undefined> => {
  const operatorsOf = (seated: SeatedRound, { signatures }: Certificate): readonly (Address | undefined)[] =>
    signatures.map(({ seat }) => seated.params.seats[seat]?.operator);
  const overturned = [...task.rounds].flatMap(([round, earlier]) => {
    const { certificate } = earlier.state;
    if (certificate === undefined || (round >= params.round && round !== AUDIT_ROUND)) return [];
    // An audit signs the digest of round 0: one opening opens both.
    const opened = openingOf(task, { params, state }, certificate);
    // Nobody could open it: whoever signed it keeps its value back.
    return opened !== undefined && findingAbout(params, opened, canon) !== 'gross'
      ? []
      : operatorsOf(earlier, certificate);
  });
  return new Set(overturned);
};

/**
 * Operators that were locked in a round before this one and are not among the signers of its certificate, though its value
 * is the canonical one: they hid their reveal, or showed another value. Silence now, or the value that others revealed, does
 * not undo it, or whoever guesses could always take it back (docs/economics.md R2).
 */
const evasiveSeats = (
  task: TaskState,
  { params, state }: SeatedRound,
  canon: Value,
): ReadonlySet<Address | undefined> => {
  const evasive = [...task.rounds].flatMap(([round, earlier]) => {
    const { certificate } = earlier.state;
    if (certificate === undefined || round >= params.round) return [];
    const opened = openingOf(task, { params, state }, certificate);
    // A full certificate may leave signers out.
    const isFull = certificate.signatures.length >= MAX_CERTIFICATE_SIGNERS;
    if (isFull || opened === undefined || findingAbout(params, opened, canon) === 'gross') return [];
    const signers = new Set(certificate.signatures.map(({ seat }) => seat));
    return certificate.locked.flatMap(({ seat }) => (signers.has(seat) ? [] : [earlier.params.seats[seat]?.operator]));
  });
  return new Set(evasive);
};

/** The value behind an earlier certificate's digest, if its opening came. */
const openingOf = (task: TaskState, { state }: SeatedRound, { statement }: Certificate): Value | undefined =>
  state.earlierValues.find(
    ({ round }) => task.rounds.get(round)?.state.certificate?.statement.resultDigest === statement.resultDigest,
  );

/** The value and the lock of a round's certificate, if we hold both. */
const certifiedOf = (params: RoundParams, state: RoundState) => {
  const statement = state.certificate?.statement;
  const lock = statement && lockOf(state, statement.lockRoot);
  const value = lock && outputOf(params, state, { lock, resultDigest: statement.resultDigest });
  return lock && value && { lock, value };
};

/**
 * What every seat of the union did, against the value of this round's certificate: the same for all who saw the same
 * reveals. Undefined if we do not hold the value.
 */
export const judgementsOf = (task: TaskState, seated: SeatedRound): readonly SeatJudgement[] | undefined => {
  const { params, state } = seated;
  const certified = certifiedOf(params, state);
  if (certified === undefined) return undefined;
  const { lock, value } = certified;
  const overturned = overturnedSigners(task, seated, value);
  const evasive = evasiveSeats(task, seated, value);
  const findingOfSeat = (seat: number): Finding => {
    if (!lock.members.some((member) => member.seat === seat)) return 'silent';
    const revealed = lockedReveal(state, { lock, seat });
    if (revealed === undefined) return 'withheld';
    const { resultHash } = revealed.reveal.body;
    return findingAbout(params, { resultHash, output: revealed.output }, value);
  };
  return params.seats.map(({ operator }, seat) => {
    const finding = findingOfSeat(seat);
    const isEvasive = evasive.has(operator) && (finding === 'silent' || finding === 'agreeing');
    return { finding: isEvasive ? 'withheld' : finding, isOverturnedSigner: overturned.has(operator) };
  });
};

/** Whether a verdict has something to say: a seat that is merely silent loses only its reward. */
export const isFaulty = ({ finding, isOverturnedSigner }: SeatJudgement): boolean =>
  isOverturnedSigner || !(finding === 'agreeing' || finding === 'silent');
