import { assembleCertificate, heaviestSigners, isSameStatement, mergeCertificates } from '../certificate/assemble.ts';
import type { Certificate, SeatSignature } from '../message/certificate.ts';
import { DISSENT_DIFFERS } from '../message/dissent.ts';
import { type ResultStatement, resultDigestOf } from '../message/result-statement.ts';
import { markVerified, type Verified } from '../primitives/verified.ts';
import { hasQuorum } from '../quorum/threshold.ts';
import { isAuditRound } from './earlier.ts';
import type { Agreed, RoundEffect, RoundParams } from './event.ts';
import { lockOf } from './lock.ts';
import { agrees, isStatedInReveal, lockedReveal, outputOf, type Value } from './output.ts';
import type { Lock, RoundState, RoundStep, Rule } from './state.ts';
import { unchanged } from './state.ts';
import { recordStatement } from './statement.ts';

/** What opens the certificate's digest, if we hold it; in an audit the opening of round 0 does. */
export const agreedOf = (
  params: RoundParams,
  state: RoundState,
  { lockRoot, resultDigest }: ResultStatement,
): Agreed | undefined => {
  if (isAuditRound(params)) return undefined;
  const { restored } = state;
  if (restored?.resultDigest === resultDigest) return { blind: restored.blind, output: restored.output };
  const lock = lockOf(state, lockRoot);
  const agreed = lock && outputOf(params, state, { lock, resultDigest });
  return lock && agreed && { blind: lock.blind, output: agreed.output };
};

/** Takes a new or grown certificate and reports it. The first one starts the settle timer. */
const certified = (params: RoundParams, state: RoundState, certificate: Verified<Certificate>): RoundStep => {
  const agreed = agreedOf(params, state, certificate.statement);
  const settle: readonly RoundEffect[] =
    state.certificate === undefined ? [{ type: 'start-timer', timer: 'settle', delayMs: params.timing.settleMs }] : [];
  return {
    state: { ...state, certificate, isOutputKnown: agreed !== undefined },
    effects: [{ type: 'certified', certificate, agreed }, ...settle],
  };
};

/** A certificate wins over `failed`: it is objective. A second one of another statement changes nothing here. */
const withCertificate = (
  params: RoundParams,
  state: RoundState,
  incoming: Verified<Certificate>,
): RoundStep | undefined => {
  const { certificate: known, phase } = state;
  if (known === undefined) return certified(params, state, incoming);
  if (phase === 'settleable') return undefined;
  const merged = mergeCertificates(known, incoming);
  if (merged === undefined || merged.signatures.length === known.signatures.length) return undefined;
  return certified(params, state, merged);
};

/** A certificate that gossip or another member brought. Its signatures are statements: a contradiction is evidence. */
export const recordCertificate = (
  params: RoundParams,
  state: RoundState,
  certificate: Verified<Certificate>,
): RoundStep => {
  const { taskId, round, epoch, seatCount } = certificate.statement;
  const isOurs =
    taskId === params.taskId && round === params.round && epoch === params.epoch && seatCount === params.seats.length;
  if (!isOurs) return unchanged(state);
  const taken = withCertificate(params, state, certificate) ?? unchanged(state);
  return certificate.signatures.reduce<RoundStep>((before, { seat, signature }) => {
    const signed = { body: certificate.statement, signature };
    const after = recordStatement(params, before.state, { seat, signed });
    return { state: after.state, effects: [...before.effects, ...after.effects] };
  }, taken);
};

/**
 * Whether a seat's signature counts: it is in the lock and its own locked reveal agrees with the value. Without this a
 * seat that never executed would sign what it saw others reveal, and be paid.
 */
const isBacked = (
  params: RoundParams,
  state: RoundState,
  { seat, lock, value }: { readonly seat: number; readonly lock: Lock; readonly value: Value },
): boolean => {
  const revealed = lockedReveal(state, { lock, seat });
  const { resultHash } = revealed?.reveal.body ?? {};
  return (
    revealed !== undefined && resultHash !== undefined && agrees(params, { resultHash, output: revealed.output }, value)
  );
};

/** All signatures of a statement, or none if the certificate has them already. */
const signaturesOf = (state: RoundState, statement: ResultStatement): readonly SeatSignature[] => {
  const said = state.statements.flatMap((signed, seat) =>
    signed !== undefined && isSameStatement(signed.body, statement) ? [{ seat, signature: signed.signature }] : [],
  );
  const known = new Set(state.certificate?.signatures.map(({ seat }) => seat));
  return said.every(({ seat }) => known.has(seat)) ? [] : said;
};

const isQuorum = ({ seats }: RoundParams, signatures: readonly SeatSignature[]): boolean =>
  hasQuorum(
    seats,
    signatures.map(({ seat }) => seat),
  );

const certificateOn = (
  params: RoundParams,
  state: RoundState,
  statement: ResultStatement,
): Verified<Certificate> | undefined => {
  if (statement.epoch !== params.epoch || statement.seatCount !== params.seats.length) return undefined;
  const said = signaturesOf(state, statement);
  const lock = isQuorum(params, said) ? lockOf(state, statement.lockRoot) : undefined;
  const value = lock && outputOf(params, state, { lock, resultDigest: statement.resultDigest });
  if (lock === undefined || value === undefined) return undefined;
  const backed = said.filter(({ seat }) => isBacked(params, state, { seat, lock, value }));
  const signatures = heaviestSigners(params.seats, backed);
  if (!isQuorum(params, signatures)) return undefined;
  const locked = lock.members.map(({ seat, commit }) => ({ seat, commitStructHash: commit.structHash }));
  // Every signature came out of a verified message or was checked by examineRule, and the weight was just counted.
  return markVerified(assembleCertificate({ statement, signatures, locked }));
};

/** REVEALED or VOTED -> CERTIFIED: 70 % of the weight of all seats signed one (root, digest). Later ones make it grow. */
export const certifyRule: Rule = (params, state) => {
  const bodies = state.statements.flatMap((signed) => (signed === undefined ? [] : [signed.body]));
  for (const [i, statement] of bodies.entries()) {
    if (bodies.findIndex((body) => isSameStatement(body, statement)) < i) continue;
    const certificate = certificateOn(params, state, statement);
    const step = certificate && withCertificate(params, state, certificate);
    if (step !== undefined) return step;
  }
  return undefined;
};

/** The certificate came before the value: report it again with what the requester waits for. */
export const outputRule: Rule = (params, state) => {
  if (state.certificate === undefined || state.isOutputKnown || state.phase === 'settleable') return undefined;
  if (agreedOf(params, state, state.certificate.statement) === undefined) return undefined;
  return certified(params, state, state.certificate);
};

/** The certificate says otherwise than our own execution: said once, without values. */
export const dissentRule: Rule = (params, state) => {
  const { own, certificate, hasDissented } = state;
  if (own === undefined || certificate === undefined || hasDissented || params.mySeat === undefined) return undefined;
  const { lockRoot, resultDigest } = certificate.statement;
  const lock = lockOf(state, lockRoot);
  if (lock === undefined || resultDigestOf(params.taskId, lock.blind, own.resultHash) === resultDigest)
    return undefined;
  const agreed = outputOf(params, state, { lock, resultDigest });
  // In exact mode another digest is another value; else the value must be seen.
  const isDissent = agreed === undefined ? isStatedInReveal(params) : !agrees(params, own, agreed);
  return isDissent
    ? { state: { ...state, hasDissented: true }, effects: [{ type: 'dissent', reason: DISSENT_DIFFERS }] }
    : undefined;
};
