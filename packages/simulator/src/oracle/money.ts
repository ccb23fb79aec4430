import { applyTransaction, createLedger, type Ledger, totalUnitsOf } from '../chain/ledger.ts';
import type { Outcome } from '../run.ts';
import { leavesOf } from './ending.ts';
import type { Oracle } from './facts.ts';

const same = (a: ReadonlyMap<unknown, unknown>, b: ReadonlyMap<unknown, unknown>): boolean =>
  a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);

/** I9: nothing is made or lost, in any block. */
export const conserved: Oracle = ({ branch, genesis }) => {
  const total = totalUnitsOf(genesis);
  const wrong = branch.find(({ ledger }) => totalUnitsOf(ledger) !== total);
  return wrong === undefined ? [] : [`I9 block ${wrong.number} holds ${totalUnitsOf(wrong.ledger) - total} units more`];
};

/** I9: nobody is below zero, and nothing settles after its deadline. */
export const inTime: Oracle = (outcome) => {
  const negative = [...outcome.ledger.escrow].filter(([, units]) => units < 0n);
  const deadlines = new Map<string, bigint>(
    outcome.journal.orders.map(({ taskId, deadlineSec }) => [taskId, deadlineSec]),
  );
  const late = outcome.branch.flatMap(({ transactions, timestampSec }) =>
    transactions.flatMap((transaction) =>
      transaction.type === 'post'
        ? leavesOf(outcome, transaction).filter(
            ({ taskId }) => (deadlines.get(taskId) ?? 0n) + GRACE_SEC < timestampSec,
          )
        : [],
    ),
  );
  return [
    ...negative.map(([account]) => `I9 account ${account} is overdrawn`),
    ...late.map(({ taskId }) => `${taskId} settled after its deadline`),
  ];
};

/** A batch that was attested in time may be posted some blocks later. */
const GRACE_SEC = 60n;

/** I10: the canonical blocks, folded again from genesis, are the state at the head. */
export const foldIsChain: Oracle = (outcome: Outcome) => {
  const first: Ledger = createLedger(outcome.genesis.escrow);
  const folded = outcome.branch
    .flatMap(({ transactions }) => transactions)
    .reduce((ledger, transaction) => applyTransaction(outcome.rules, ledger, transaction) ?? ledger, first);
  const { ledger } = outcome;
  const isSame =
    folded.lastHeaderDigest === ledger.lastHeaderDigest &&
    same(folded.escrow, ledger.escrow) &&
    same(folded.earned, ledger.earned) &&
    same(folded.nonces, ledger.nonces) &&
    same(folded.slashed, ledger.slashed);
  return isSame ? [] : ['I10 the fold of the blocks is not the state of the chain'];
};
