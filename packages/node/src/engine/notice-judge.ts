import {
  type AcceptedStatement,
  type Bytes32,
  type Dissent,
  decodeCertifiedVerdict,
  decodeDecline,
  decodeDissent,
  decodeRoundFail,
  type IgnoreCode,
  isDissentKnown,
  isOpenForDeclines,
  type RejectCode,
  type SeatPlace,
  type SeatStatementContext,
  type Signed,
  type TaskEvent,
  type TaskState,
  type Verdict,
  type Verified,
  validateCertifiedVerdict,
  validateDecline,
  validateDissent,
  validateRoundFail,
} from '@mlb/protocol';
import { type AskCommittee, askCommittee, askWithSubstitutes, hasSubstitutes } from './committee-knowledge.ts';
import type { EngineDeps } from './deps.ts';
import type { Seating } from './task.ts';
import type { LoggedNotice, NoticeKind } from './task-log.ts';
import type { Tasks } from './tasks.ts';

/** What speaks: a seat, or for a verdict the round. */
export type NoticePlace = Omit<SeatPlace, 'seat'> & {
  readonly seat: number | undefined;
  /** Of a dissent: a seat may object to several. */
  readonly statementHash?: Bytes32;
};

/** What a gossiped notice is to this node now. */
export type NoticeVerdict =
  | { readonly type: 'verified'; readonly place: NoticePlace; readonly event: TaskEvent }
  /** Signed by operators, and ahead of our round, or of a decline that we have not heard. */
  | { readonly type: 'parked'; readonly place: NoticePlace }
  | { readonly type: 'ignore'; readonly code: IgnoreCode }
  | { readonly type: 'reject'; readonly code: RejectCode };

type Judge = (bytes: Uint8Array, committee: AskCommittee) => NoticeVerdict;

const verdictOf = <T extends SeatPlace>(
  verdict: Verdict<AcceptedStatement<T>>,
  eventOf: (signed: Verified<Signed<T>>) => TaskEvent,
): NoticeVerdict => {
  if (verdict.type !== 'accept') return verdict;
  const { value } = verdict;
  const { body: place } = value.signed;
  return value.type === 'parked'
    ? { type: 'parked', place }
    : { type: 'verified', place, event: eventOf(value.signed) };
};

/** Whose notice it is. Throws ProtocolError on what is no such notice. */
const placeOf = ({ kind, bytes }: LoggedNotice): NoticePlace => {
  switch (kind) {
    case 'dissent':
      return decodeDissent(bytes).body;
    case 'round-fail':
      return decodeRoundFail(bytes).body;
    case 'decline':
      return decodeDecline(bytes).body;
    case 'verdict':
      return { ...decodeCertifiedVerdict(bytes).verdict, seat: undefined };
  }
};

/** What the machine of a task remembers, asked for one seat of one round. */
const createMemory = (tasks: Tasks) => {
  const stateOf = ({ taskId }: Pick<SeatPlace, 'taskId'>): TaskState | undefined => tasks.get(taskId)?.machine?.state;
  const roundOf = (place: SeatPlace) => stateOf(place)?.rounds.get(place.round)?.state;
  return {
    hasCertificate: (place: SeatPlace): boolean => roundOf(place)?.certificate !== undefined,
    certificate: (place: SeatPlace) => roundOf(place)?.certificate,
    isSettleable: (place: SeatPlace): boolean => roundOf(place)?.phase === 'settleable',
    hasCommitted: (place: SeatPlace): boolean => (roundOf(place)?.commits[place.seat]?.length ?? 0) > 0,
    hasDissent: (dissent: SeatPlace & Pick<Dissent, 'statementHash'>): boolean => {
      const state = stateOf(dissent);
      return state !== undefined && isDissentKnown(state, dissent);
    },
    areDeclinesOver: (place: SeatPlace): boolean => {
      const state = stateOf(place);
      return state !== undefined && !isOpenForDeclines(state);
    },
    hasRoundFail: (place: SeatPlace): boolean =>
      stateOf(place)?.roundFails.has(`${place.round}/${place.seat}`) ?? false,
    hasDecline: ({ seat, ...place }: SeatPlace): boolean => stateOf(place)?.declines.has(seat) ?? false,
    /** Of this round: an earlier round's verdict must not hide the last one's. */
    verdict: (place: Pick<SeatPlace, 'taskId' | 'round'>) => {
      const held = stateOf(place)?.verdict;
      return held?.verdict.round === place.round ? held : undefined;
    },
  };
};

const createJudges = (deps: EngineDeps, tasks: Tasks): Record<NoticeKind, Judge> => {
  const memory = createMemory(tasks);
  const { domain, secp256k1, view } = deps;
  const contextOf = (committee: AskCommittee): SeatStatementContext => ({
    ...{ domain, secp256k1, committee },
    isSessionKey: (key) => view.operatorOfKey(key) !== undefined,
  });
  const firstDrawOf = ({ taskId }: Pick<SeatPlace, 'taskId'>): Seating['firstDraw'] =>
    tasks.get(taskId)?.seatings.get(0)?.firstDraw;

  /** A decline is signed by who was drawn, whoever holds the seat by now. */
  const askDrawn: AskCommittee = (place) => {
    const known = askCommittee(tasks)(place);
    const seats = firstDrawOf(place)?.seats;
    return known.type === 'drawn' && seats !== undefined ? { ...known, seats } : known;
  };

  return {
    dissent: (bytes, committee) => {
      const { certificate: held, hasDissent: isSeen, isSettleable } = memory;
      const verdict = validateDissent(bytes, { ...contextOf(committee), held, isSeen, isSettleable });
      return verdictOf(verdict, (dissent) => ({ type: 'dissent', dissent }));
    },
    'round-fail': (bytes, committee) => {
      const { hasRoundFail: isSeen, hasCertificate: isCertified } = memory;
      const verdict = validateRoundFail(bytes, { ...contextOf(committee), isSeen, isCertified });
      return verdictOf(verdict, (roundFail) => ({ type: 'round-fail', roundFail }));
    },
    decline: (bytes) => {
      const { hasDecline: isSeen, hasCommitted, areDeclinesOver: isOver } = memory;
      const substituteOf = (place: Pick<SeatPlace, 'taskId' | 'seat'>) => firstDrawOf(place)?.substitutes[place.seat];
      const hasSubstitute = (place: SeatPlace): boolean => substituteOf(place) !== undefined;
      const verdict = validateDecline(bytes, { ...contextOf(askDrawn), isSeen, hasCommitted, isOver, hasSubstitute });
      return verdictOf(verdict, (decline) => {
        const { body } = decline;
        const substitute = substituteOf(body);
        // validateDecline has asked for it.
        if (substitute === undefined) throw new Error(`seat ${body.seat} has no substitute`);
        const { operator } = deps;
        const isMe = substitute.operator === operator?.address && substitute.sessionKey === operator.signer.sessionKey;
        return { type: 'decline', decline, substitute, mySeat: isMe ? body.seat : undefined };
      });
    },
    verdict: (bytes, committee) => {
      const { isSessionKey } = contextOf(committee);
      const context = { domain, secp256k1, committee, isSessionKey, held: memory.verdict };
      const verdict = validateCertifiedVerdict(bytes, context);
      if (verdict.type !== 'accept') return verdict;
      const { taskId, round } = verdict.value.certified.verdict;
      const place = { taskId, round, seat: undefined };
      if (verdict.value.type === 'parked') return { type: 'parked', place };
      return { type: 'verified', place, event: { type: 'verdict', verdict: verdict.value.certified } };
    },
  };
};

/** Judges what was gossiped of a task besides its certificates, by everybody's rules and what this node knows. */
export const createNoticeJudge = (deps: EngineDeps, tasks: Tasks): ((notice: LoggedNotice) => NoticeVerdict) => {
  const judges = createJudges(deps, tasks);
  return (notice) => {
    const judge = judges[notice.kind];
    const verdict = judge(notice.bytes, askCommittee(tasks));
    if (verdict.type !== 'reject' || verdict.code === 'MALFORMED') return verdict;
    const place = placeOf(notice);
    if (!hasSubstitutes(tasks.get(place.taskId))) return verdict;
    // [IGNORE] of a later round: without a decline that we have not heard, its fresh seats are others for us
    if (place.round !== 0) return { type: 'ignore', code: 'BEACON_PENDING' };
    // [PARK] signed by the substitute of a seat whose decline we have not heard
    const asDeclined = judge(
      notice.bytes,
      askWithSubstitutes(tasks, () => true),
    );
    return asDeclined.type === 'verified' ? { type: 'parked', place } : verdict;
  };
};
