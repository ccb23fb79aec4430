import assert from 'node:assert/strict';
import { agrees } from '../../src/agreement/output.ts';
import {
  type Certificate,
  COMMIT,
  encodeSeatMessage,
  hashRecord,
  isSameStatement,
  resultDigestOf,
  resultHashOf,
  type SeatMessage,
  verifyCertificate,
  verifyEvidence,
} from '../../src/index.ts';
import type { Outcome, Scenario } from './world.ts';

const certificatesOf = ({ honest }: Outcome): readonly Certificate[] =>
  honest.flatMap(({ certified }) => certified.map(({ certificate }) => certificate));

/** I1: one value and one lock per (task, round). */
export const assertOneValue = (outcome: Outcome): void => {
  const [first, ...others] = certificatesOf(outcome);
  for (const other of others) assert.ok(first && isSameStatement(first.statement, other.statement), 'I1: two values');
};

/** I2: every certificate verifies, and every honest signer's own output agrees with its value. */
export const assertBacked = ({ committee, outputs }: Scenario, outcome: Outcome): void => {
  const honest = new Set(outcome.honest.map(({ seat }) => seat));
  for (const { certified } of outcome.honest) {
    for (const { certificate, agreed } of certified) {
      const verdict = verifyCertificate({ ...committee, seats: committee.params.seats, certificate });
      assert.notEqual(typeof verdict, 'string', `I2: ${String(verdict)}`);
      if (agreed === undefined) continue;
      const { taskId, resultDigest } = certificate.statement;
      const value = { resultHash: resultHashOf(agreed.output), output: agreed.output };
      assert.equal(resultDigestOf(taskId, agreed.blind, value.resultHash), resultDigest, 'I2: another output');
      for (const { seat } of certificate.signatures) {
        const output = outputs[seat] as Uint8Array;
        const isAgreeing = agrees(committee.params, { resultHash: resultHashOf(output), output }, value);
        assert.ok(!honest.has(seat) || isAgreeing, `I2: honest seat ${seat} signed what it disagrees with`);
      }
    }
  }
};

/** I3: no certified lock holds a commit made after an honest reveal, unless its seat made two. */
export const assertCopyProof = (outcome: Outcome): void => {
  const commits = outcome.byzantine.flatMap(({ seat, message, isAfterReveal }) =>
    message.type === 'commit' ? [{ seat, hash: hashRecord(COMMIT, message.commit.body), isAfterReveal }] : [],
  );
  const locked = new Set(
    certificatesOf(outcome).flatMap((certificate) =>
      certificate.locked.map(({ commitStructHash }) => commitStructHash),
    ),
  );
  for (const { seat, hash, isAfterReveal } of commits) {
    const isEquivocator =
      new Set(commits.filter((commit) => commit.seat === seat).map((commit) => commit.hash)).size > 1;
    assert.ok(!(isAfterReveal && locked.has(hash)) || isEquivocator, `I3: a late copy of seat ${seat} was locked`);
  }
};

/** I4: all evidence verifies, and none of it is against an honest seat. */
export const assertHonestSafe = ({ committee, byzantine }: Scenario, { honest }: Outcome): void => {
  const { seats } = committee.params;
  const guilty = new Set(byzantine.map(({ seat }) => seats[seat]?.operator));
  for (const { evidence } of honest) {
    for (const proof of evidence) {
      assert.ok(guilty.has(proof.operator), `I4: honest ${proof.operator} accused of ${proof.kind}`);
      const sessionKeyOf = (operator: string) => seats.find((seat) => seat.operator === operator)?.sessionKey;
      const verdict = verifyEvidence({ ...committee, sessionKeyOf, evidence: proof });
      assert.notEqual(typeof verdict, 'string', `I4: ${String(verdict)}`);
    }
  }
};

/** I5: when all timers have fired, each honest node has a certificate or waits for the refund. */
export const assertEnded = ({ honest }: Outcome): void => {
  for (const { state, settleable, failures, seat } of honest) {
    const isEnded = state.phase === 'settleable' ? settleable.length === 1 : state.phase === 'failed' && failures === 1;
    assert.ok(isEnded, `I5: seat ${seat} is ${state.phase}`);
  }
};

/** I8: one body per duty was ever signed by an honest seat, in all its lives. */
export const assertSignedOnce = ({ signed }: Outcome): void => {
  const duties = new Map<string, string>();
  for (const { seat, message } of signed) {
    const duty = `${seat}/${message.type}`;
    const bytes = Buffer.from(encodeSeatMessage(message as SeatMessage)).toString('hex');
    assert.equal(duties.get(duty) ?? bytes, bytes, `I8: seat ${seat} signed two ${message.type}s`);
    duties.set(duty, bytes);
  }
};

export const assertInvariants = (scenario: Scenario, outcome: Outcome): void => {
  assertOneValue(outcome);
  assertBacked(scenario, outcome);
  assertCopyProof(outcome);
  assertHonestSafe(scenario, outcome);
  assertEnded(outcome);
  assertSignedOnce(outcome);
};
