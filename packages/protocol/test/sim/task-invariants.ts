import assert from 'node:assert/strict';
import { agrees } from '../../src/agreement/output.ts';
import {
  COMMIT,
  encodeSeatMessage,
  hashRecord,
  isDisputed,
  isSameStatement,
  resultHashOf,
  unpackFindings,
  verifyCertificate,
  verifyCertifiedVerdict,
  verifyEvidence,
} from '../../src/index.ts';
import type { TaskOutcome, TaskScenario } from './task-scenario.ts';
import { certificatesOf, type TaskShell } from './task-shell.ts';

const roundsOf = ({ honest }: TaskOutcome): readonly number[] => [
  ...new Set(honest.flatMap(({ state }) => [...state.rounds.keys()])),
];

/** I1: one value and one lock per (task, round). */
export const assertOneValue = (outcome: TaskOutcome): void => {
  for (const round of roundsOf(outcome)) {
    const [first, ...others] = outcome.honest.flatMap((shell) => certificatesOf(shell, round));
    for (const other of others) {
      assert.ok(first && isSameStatement(first.statement, other.statement), `I1: two values in round ${round}`);
    }
  }
};

/** I2: every certificate verifies against the union, and every honest signer's own output agrees with its value. */
export const assertBacked = ({ pool, outputs, byzantine }: TaskScenario, outcome: TaskOutcome): void => {
  const bad = new Set(byzantine.map(({ operator }) => pool.operators[operator]?.operator));
  for (const { certified, state } of outcome.honest) {
    for (const { round, effect } of certified) {
      const { params } = state.rounds.get(round) ?? assert.fail();
      const { certificate, agreed } = effect;
      const verdict = verifyCertificate({ ...params, secp256k1: pool.secp256k1, certificate });
      assert.notEqual(typeof verdict, 'string', `I2: round ${round}: ${String(verdict)}`);
      if (agreed === undefined) continue;
      const value = { resultHash: resultHashOf(agreed.output), output: agreed.output };
      for (const { seat } of certificate.signatures) {
        const operator = params.seats[seat]?.operator;
        if (bad.has(operator)) continue;
        const output = outputs[pool.operators.findIndex((row) => row.operator === operator)] as Uint8Array;
        const isAgreeing = agrees(params, { resultHash: resultHashOf(output), output }, value);
        assert.ok(isAgreeing, `I2: ${seat} signed round ${round} against its own execution`);
      }
    }
  }
};

/** I3: no lock of any round holds a commit made after an honest reveal of that round, and openings come after the lock. */
export const assertCopyProof = (outcome: TaskOutcome): void => {
  assert.equal(outcome.earlyOpenings, 0, 'I3: the value of an earlier round left before the lock');
  for (const round of roundsOf(outcome)) {
    const commits = outcome.byzantine.flatMap(({ operator, round: of, message, isAfterReveal }) =>
      message.type === 'commit' && of === round
        ? [{ operator, hash: hashRecord(COMMIT, message.commit.body), isAfterReveal }]
        : [],
    );
    const locked = new Set(
      outcome.honest.flatMap((shell) =>
        certificatesOf(shell, round).flatMap((certificate) => certificate.locked.map((m) => m.commitStructHash)),
      ),
    );
    for (const { operator, hash, isAfterReveal } of commits) {
      const own = commits.filter((commit) => commit.operator === operator);
      const isEquivocator = new Set(own.map((commit) => commit.hash)).size > 1;
      assert.ok(!(isAfterReveal && locked.has(hash)) || isEquivocator, `I3: a late copy of ${operator} in ${round}`);
    }
  }
};

/** I4: all evidence verifies, and none of it is against an honest operator. */
export const assertHonestSafe = ({ pool, byzantine }: TaskScenario, { honest }: TaskOutcome): void => {
  const guilty = new Set(byzantine.map(({ operator }) => pool.operators[operator]?.operator));
  const sessionKeyOf = (operator: string) => pool.operators.find((row) => row.operator === operator)?.sessionKey;
  for (const evidence of honest.flatMap((shell) => shell.evidence)) {
    assert.ok(guilty.has(evidence.operator), `I4: honest ${evidence.operator} accused of ${evidence.kind}`);
    const { secp256k1, params } = pool;
    const verdict = verifyEvidence({ domain: params.domain, secp256k1, sessionKeyOf, evidence });
    assert.notEqual(typeof verdict, 'string', `I4: ${String(verdict)}`);
  }
};

const isEnded = ({ settleable, refunds }: TaskShell): boolean => settleable.length > 0 || refunds > 0;

/** I5: when all timers have fired, each honest node can settle or waits for the refund. */
export const assertEnded = ({ honest }: TaskOutcome): void => {
  for (const shell of honest) {
    const phases = [...shell.state.rounds].map(([round, { state }]) => `${round} ${state.phase}`);
    assert.ok(isEnded(shell), `I5: operator ${shell.operator} waits for ever: ${phases.join(', ')}`);
  }
};

/** I8: one body per duty and round was ever signed by an honest operator, in all its lives. */
export const assertSignedOnce = ({ signed }: TaskOutcome): void => {
  const duties = new Map<string, string>();
  for (const { operator, round, message } of signed) {
    const duty = `${operator}/${round}/${message.type}`;
    const bytes = Buffer.from(encodeSeatMessage(message)).toString('hex');
    assert.equal(duties.get(duty) ?? bytes, bytes, `I8: ${operator} signed two ${message.type}s in round ${round}`);
    duties.set(duty, bytes);
  }
};

/** Nothing provisional settles, and nothing settles after the refund. */
export const assertSettlement = ({ pool }: TaskScenario, { honest }: TaskOutcome): void => {
  for (const { state, settleable, refunds } of honest) {
    assert.ok(refunds <= 1, 'refunded twice');
    const last = settleable.at(-1);
    if (last === undefined) continue;
    const { round } = last.certificate.statement;
    assert.ok(!isDisputed(pool.params, state, round) || refunds === 1, `round ${round} settles while disputed`);
    assert.ok(refunds === 0 || isDisputed(pool.params, state, round), 'settled and refunded');
  }
};

/** Every certified verdict verifies and is about the lock it names. */
export const assertVerdicts = ({ pool }: TaskScenario, { honest }: TaskOutcome): void => {
  for (const { judged, state } of honest) {
    for (const certified of judged) {
      const { seats } = state.rounds.get(certified.verdict.round)?.params ?? assert.fail();
      const { secp256k1, params } = pool;
      const checked = verifyCertifiedVerdict({ domain: params.domain, secp256k1, seats, certified });
      assert.notEqual(typeof checked, 'string', `verdict: ${String(checked)}`);
    }
  }
};

/** In a synchronous run no verdict finds fault with a seat that did its work. */
export const assertFairVerdicts = ({ pool, byzantine }: TaskScenario, { honest }: TaskOutcome): void => {
  const bad = new Set(byzantine.map(({ operator }) => pool.operators[operator]?.operator));
  for (const { judged, state } of honest) {
    for (const { verdict } of judged) {
      const { seats } = state.rounds.get(verdict.round)?.params ?? assert.fail();
      for (const [seat, judgement] of (unpackFindings(verdict.findings, seats.length) ?? []).entries()) {
        if (bad.has(seats[seat]?.operator)) continue;
        assert.ok(['agreeing', 'silent'].includes(judgement.finding), `honest seat ${seat} found ${judgement.finding}`);
        assert.ok(!judgement.isOverturnedSigner, `honest seat ${seat} overturned`);
      }
    }
  }
};

export const assertTaskInvariants = (scenario: TaskScenario, outcome: TaskOutcome): void => {
  assertOneValue(outcome);
  assertBacked(scenario, outcome);
  assertCopyProof(outcome);
  assertHonestSafe(scenario, outcome);
  assertEnded(outcome);
  assertSignedOnce(outcome);
  assertSettlement(scenario, outcome);
  assertVerdicts(scenario, outcome);
};
