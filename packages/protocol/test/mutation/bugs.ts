/** One textual change of one file: `find` stands there exactly once. */
export interface Edit {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

export interface Bug {
  readonly name: string;
  readonly edits: readonly Edit[];
}

const bug = (name: string, file: string, find: string, replace: string): Bug => ({
  name,
  edits: [{ file, find, replace }],
});

const ZERO = `'0x${'00'.repeat(32)}'`;

/** Bugs that somebody could write, in the rules of a round. */
const ROUND_BUGS: readonly Bug[] = [
  bug('the threshold is 60 %', 'params.ts', 'THRESHOLD_BPS: bigint = 7000n', 'THRESHOLD_BPS: bigint = 6000n'),
  bug('two operators are enough', 'params.ts', 'MIN_VERIFIERS: number = 3', 'MIN_VERIFIERS: number = 2'),
  {
    name: 'those who responded are the denominator',
    edits: [
      {
        file: 'agreement/certify.ts',
        find: 'const lock = isQuorum(params, said) ? lockOf(state, statement.lockRoot) : undefined;',
        replace: 'const lock = said.length > 0 ? lockOf(state, statement.lockRoot) : undefined;',
      },
      {
        file: 'agreement/certify.ts',
        find: 'if (!isQuorum(params, signatures)) return undefined;',
        replace:
          'const present = params.seats.filter((_, i) => lockedReveal(state, { lock, seat: i }) !== undefined);\n' +
          '  if (!hasQuorum(present, signatures.map((_, i) => i))) return undefined;',
      },
    ],
  },
  bug(
    'a seat named twice counts twice',
    'quorum/threshold.ts',
    '[...new Set(members)].reduce((sum, seat)',
    '[...members].reduce((sum, seat)',
  ),
  bug(
    'a lock vote does not use up the duty',
    'agreement/lock.ts',
    'if (state.spent.lockVote !== undefined || state.spent.reveal !== undefined) return false;',
    'if (state.spent.reveal !== undefined) return false;',
  ),
  bug(
    'the result is not persisted before the commit',
    'agreement/commit.ts',
    "      { type: 'persist', result: own },\n",
    '',
  ),
  {
    name: 'a late commit is locked',
    edits: [
      {
        file: 'agreement/commit.ts',
        find: 'isLockable: first === undefined && (isMine || !isClosed)',
        replace: 'isLockable: first === undefined || (isMine && isClosed)',
      },
      {
        file: 'agreement/reveal.ts',
        find: 'return state.spent.lockVote === undefined || state.spent.lockVote === full.root ? full : undefined;',
        replace: 'return full;',
      },
    ],
  },
  bug('a commit has no salt', 'message/commit.ts', '        opening.salt,\n', `        ${ZERO},\n`),
  bug(
    'a reveal is relayed without end',
    'agreement/reveal.ts',
    'if (state.relayed[seat] || seat === params.mySeat) continue;',
    'if (seat === params.mySeat) continue;',
  ),
  bug(
    'a seat votes for what it disagrees with',
    'agreement/vote.ts',
    'if (ballot === undefined || !agrees(params, own, ballot.value)) return undefined;',
    'if (ballot === undefined) return undefined;',
  ),
  {
    name: 'a seat reveals at grace without a lock',
    edits: [
      {
        file: 'agreement/reveal.ts',
        find: 'const lock = lockToReveal(params, state);',
        replace:
          "const early = state.graceTimer === 'expired' ? createLock(lockableCommits(state)) : undefined;\n" +
          '  const lock = lockToReveal(params, state) ?? early;',
      },
      {
        file: 'agreement/reveal.ts',
        find: "import { openedBy } from './commit.ts';",
        replace: "import { lockableCommits, openedBy } from './commit.ts';\nimport { createLock } from './resolve.ts';",
      },
    ],
  },
  bug(
    'a signature without an agreeing reveal counts',
    'agreement/certify.ts',
    'said.filter(({ seat }) => isBacked(params, state, { seat, lock, value }))',
    'said.filter(({ seat }) => isBacked(params, state, { seat, lock, value }) || seat >= 0)',
  ),
  bug(
    'a certificate grows after its settle timer',
    'agreement/certify.ts',
    "  if (phase === 'settleable') return undefined;\n",
    '',
  ),
  bug(
    'a certificate holds more signatures than fit',
    'certificate/assemble.ts',
    'return signatures.toSorted(heavierFirst).slice(0, MAX_CERTIFICATE_SIGNERS);',
    'return signatures.toSorted(heavierFirst);',
  ),
  bug(
    'a reveal is called false though its seat has two commits',
    'agreement/opening.ts',
    'known.length === 1 ?',
    'known.length >= 1 ?',
  ),
  bug(
    'a withheld reveal is nobody’s business',
    'agreement/withheld.ts',
    "if (state.withheldTimer !== 'expired' || state.hasDissented",
    "if (state.withheldTimer !== 'idle' || state.hasDissented",
  ),
  bug(
    'what was signed before a crash is forgotten',
    'agreement/round.ts',
    '.reduce((state, message) => recordMessage(params, state, message).state, {',
    '.reduce((state, message) => (message === undefined ? recordMessage(params, state, message).state : state), {',
  ),
  bug(
    'any opening of an earlier value is believed',
    'agreement/earlier.ts',
    'if (resultDigestOf(params.taskId, blind, resultHash) !== earlier.resultDigest) return unchanged(state);',
    'if (blind === earlier.resultDigest) return unchanged(state);',
  ),
  bug(
    'the hints of lock votes are not looked at',
    'agreement/resolve.ts',
    'for (const hint of hints) {',
    'for (const hint of [...hints].filter((known) => known < 0n)) {',
  ),
];

/** Bugs in the rules of a whole task. */
const TASK_BUGS: readonly Bug[] = [
  bug(
    'later rounds need 70 % of the fresh seats only',
    'agreement/certify.ts',
    'const isQuorum = ({ seats }: RoundParams, signatures: readonly SeatSignature[]): boolean =>\n  hasQuorum(\n    seats,',
    'const isQuorum = ({ seats, round }: RoundParams, signatures: readonly SeatSignature[]): boolean =>\n' +
      '  hasQuorum(\n    round === 0 ? seats : seats.map((seat, i) => (i < 4 ? { ...seat, weight: 0n } : seat)),',
  ),
  bug('a seat outside the lock can dissent', 'task/dissent.ts', '      locked.has(body.seat) &&\n', ''),
  {
    name: 'a dissent against another certificate counts',
    edits: [
      {
        file: 'task/dissent.ts',
        find: ' &&\n      body.statementHash === statementHash,',
        replace: ' &&\n      statementHash.length > 0,',
      },
      { file: 'task/dissent.ts', find: ' || isAboutAnother(state, dissent.body)', replace: '' },
    ],
  },
  bug(
    'a signer may say that its own execution differs',
    'task/dissent.ts',
    '      !(body.reason === DISSENT_DIFFERS && signers.has(body.seat)) &&\n',
    '',
  ),
  bug(
    'a dissent counts after the settle timer',
    'task/dissent.ts',
    "state.rounds.get(round)?.state.phase === 'settleable'",
    'state.rounds.get(round)?.state.phase === undefined && state.isRefunded',
  ),
  {
    name: 'one dissent undoes the last round',
    edits: [
      { file: 'task/dispute.ts', find: '  round < lastRound &&\n', replace: '  round <= lastRound &&\n' },
      { file: 'task/dissent.ts', find: '(round < lastRound || round', replace: '(round <= lastRound || round' },
    ],
  },
  bug(
    'the value of round 0 leaves before the lock of round 1',
    'task/execute.ts',
    'if (seated.state.spent.reveal === undefined) continue;',
    'if (seated.state.own === undefined) continue;',
  ),
  bug(
    'a disputed certificate settles',
    'task/settle.ts',
    'round === undefined || isDisputed(params, state, round)) return undefined;',
    'round === undefined || isDisputed(params, state, -1)) return undefined;',
  ),
  bug(
    'round 0 does not wait for its audit',
    'task/settle.ts',
    "const outcome = round === 0 ? auditOutcome(state) : 'none';",
    "const outcome: ReturnType<typeof auditOutcome> = 'none';",
  ),
  bug('an audit passes on any value', 'task/audit.ts', 'if (!isSameValue || hasDissent', 'if (hasDissent'),
  bug(
    'an audit passes before its settle timer',
    'task/audit.ts',
    "return audit.phase === 'settleable' ? 'passed' : 'pending';",
    "return 'passed';",
  ),
  {
    name: 'a certificate settles after the refund',
    edits: [
      {
        file: 'task/task.ts',
        find: '  if (state.isRefunded) return unchangedTask(state);\n',
        replace: '',
      },
      {
        file: 'task/task.ts',
        find: 'const fired = state.isRefunded ? undefined : firstOf(params, state);',
        replace:
          'const fired = state.isRefunded && first.state.isRefunded === false ? undefined : firstOf(params, state);',
      },
    ],
  },
  bug(
    'the refund does not wait for a certificate under way',
    'task/refund.ts',
    "if (state.refundTimer === 'expired') return",
    "if (state.refundTimer !== 'running') return",
  ),
  bug(
    'one seat gives a round up for all',
    'task/round-fail.ts',
    'return total > 0n && !meetsThreshold(total - weightOf(seats, failed), total);',
    'return total > 0n && failed.length > 0 && meetsThreshold(total, total);',
  ),
  bug(
    'a decline is taken after a commit',
    'task/decline.ts',
    'facts.commits[seat]?.length !== 0 || isOurCommit',
    'facts.commits[seat] === undefined || isOurCommit',
  ),
  bug(
    'a decline is taken after its round',
    'task/decline.ts',
    "round === 0 && state.phase === 'open' && ",
    'round >= 0 && ',
  ),
  bug(
    'what the drawn operator said stays on its seat',
    'task/decline.ts',
    'state: withoutFacts(facts, seat) }',
    'state: facts.accused.length < 0 ? withoutFacts(facts, seat) : facts }',
  ),
  bug(
    'a verdict needs no quorum',
    'task/verdict.ts',
    'if (!hasQuorum(seats, signers)) continue;',
    'if (seats.length < signers.length) continue;',
  ),
  bug(
    'signers of an overturned certificate go unmarked',
    'task/findings.ts',
    "opened !== undefined && findingAbout(params, opened, canon) === 'gross'",
    'opened !== undefined && canon === undefined',
  ),
  bug(
    'a change of mind in round 1 undoes a lie in round 0',
    'task/findings.ts',
    'signers.has(seat) ? []',
    'signers.has(seat) || seat >= 0 ? []',
  ),
  bug(
    'a lie beside a certificate is nobody’s business',
    'agreement/withheld.ts',
    'return value !== undefined && !agrees(',
    'return value === undefined && !agrees(',
  ),
  bug(
    'an early round’s certificate wins over a later one',
    'task/state.ts',
    'for (let round = lastRound; round >= 0; round -= 1)',
    'for (let round = 0; round <= lastRound; round += 1)',
  ),
  bug(
    'a round that nothing calls for is executed',
    'task/execute.ts',
    'round === AUDIT_ROUND || isCalledFor(params, state, round)',
    'round >= 0',
  ),
  bug(
    'a seat of round 0 executes again instead of committing again',
    'task/execute.ts',
    'if (result !== undefined) return once',
    'if (result !== undefined && round < 0) return once',
  ),
];

export const BUGS: readonly Bug[] = [...ROUND_BUGS, ...TASK_BUGS];
