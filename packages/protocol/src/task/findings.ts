import type { RoundParams } from '../agreement/event.ts';
import { lockOf } from '../agreement/lock.ts';
import { agrees, lockedReveal, outputOf, tensorsOf, type Value } from '../agreement/output.ts';
import type { Lock, RoundState } from '../agreement/state.ts';
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

/** Who signed certificates before this round's. */
interface EarlierSigners {
  /** Of a value that, as opened after the lock, is grossly another one. */
  readonly overturned: ReadonlySet<Address | undefined>;
  /** Of a value that nobody opened to this round. */
  readonly unopened: ReadonlySet<Address | undefined>;
}

/**
 * A value within four tolerances may come from the same honest machines with another centre: its signers did nothing. An
 * opening may be missing because those who hold it were not there to send it, so that alone says nothing about a signer.
 */
const earlierSigners = (task: TaskState, { params, state }: SeatedRound, canon: Value): EarlierSigners => {
  const operatorsOf = (seated: SeatedRound, { signatures }: Certificate): readonly (Address | undefined)[] =>
    signatures.map(({ seat }) => seated.params.seats[seat]?.operator);
  const earlierOnes = [...task.rounds].flatMap(([round, earlier]) => {
    const { certificate } = earlier.state;
    if (certificate === undefined || (round >= params.round && round !== AUDIT_ROUND)) return [];
    // An audit signs the digest of round 0: one opening opens both.
    const opened = openingOf(task, { params, state }, certificate);
    const isOverturned = opened !== undefined && findingAbout(params, opened, canon) === 'gross';
    return [{ operators: operatorsOf(earlier, certificate), isOpened: opened !== undefined, isOverturned }];
  });
  return {
    overturned: new Set(earlierOnes.flatMap(({ operators, isOverturned }) => (isOverturned ? operators : []))),
    unopened: new Set(earlierOnes.flatMap(({ operators, isOpened }) => (isOpened ? [] : operators))),
  };
};

/** A seat's operator, and a certified value that it was locked for and did not sign. */
interface Unsigned {
  readonly operator: Address | undefined;
  readonly value: Value;
}

/**
 * Who was locked in a round before this one and is not among the signers of its certificate, though its value is the
 * canonical one: it hid its reveal, or showed another value. Silence now, or the value that others revealed, does not undo
 * it, or whoever guesses could always take it back (docs/economics.md R2).
 */
const unsignedBefore = (task: TaskState, { params, state }: SeatedRound, canon: Value): readonly Unsigned[] =>
  [...task.rounds].flatMap(([round, earlier]) => {
    const { certificate } = earlier.state;
    if (certificate === undefined || round >= params.round) return [];
    const value = openingOf(task, { params, state }, certificate);
    // A full certificate may leave signers out.
    const isFull = certificate.signatures.length >= MAX_CERTIFICATE_SIGNERS;
    if (isFull || value === undefined || findingAbout(params, value, canon) === 'gross') return [];
    const signers = new Set(certificate.signatures.map(({ seat }) => seat));
    return certificate.locked.flatMap(({ seat }) =>
      signers.has(seat) ? [] : [{ operator: earlier.params.seats[seat]?.operator, value }],
    );
  });

/**
 * Whether what the seat shows now does not explain why it did not sign then. An output that agrees with the centre of this
 * round and not with the one before comes from an honest machine at the edge of the tolerance: that is no offense.
 */
const isEvasive = (params: RoundParams, revealed: Value | undefined, unsigned: readonly Unsigned[]): boolean =>
  unsigned.some(({ value }) => revealed === undefined || agrees(params, revealed, value));

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
  const { overturned, unopened } = earlierSigners(task, seated, value);
  const unsigned = unsignedBefore(task, seated, value);
  return params.seats.map(({ operator }, seat) => {
    const revealed = revealedBy(state, lock, seat);
    const isLocked = lock.members.some((member) => member.seat === seat);
    const finding = revealed === undefined ? (isLocked ? 'withheld' : 'silent') : findingAbout(params, revealed, value);
    const isBenign = finding === 'agreeing' || finding === 'silent';
    const own = unsigned.filter((entry) => entry.operator === operator);
    return {
      finding: isBenign && isEvasive(params, revealed, own) ? 'withheld' : finding,
      // Of an unopened certificate only those that do not stand by the canonical value now.
      isOverturnedSigner:
        overturned.has(operator) || (unopened.has(operator) && finding !== 'agreeing' && finding !== 'near'),
    };
  });
};

const revealedBy = (state: RoundState, lock: Lock, seat: number): Value | undefined => {
  const message = lockedReveal(state, { lock, seat });
  return message && { resultHash: message.reveal.body.resultHash, output: message.output };
};

/** Whether a verdict has something to say: a seat that is merely silent loses only its reward. */
export const isFaulty = ({ finding, isOverturnedSigner }: SeatJudgement): boolean =>
  isOverturnedSigner || !(finding === 'agreeing' || finding === 'silent');
