import { decodeLeaves, type TaskId, taskIdOf } from '@mlb/protocol';
import type { Outcome } from '../run.ts';
import { isCaptured, isHonestOperator, isSameOutput, type Oracle, outputBehind, shortId, truthFor } from './facts.ts';

/** One leaf of a batch that is on the canonical chain. */
export interface SettledLeaf {
  readonly taskId: TaskId;
  readonly leaf: ReturnType<typeof decodeLeaves>[number];
}

export const leavesOf = ({ universe }: Outcome, { data }: { readonly data: Uint8Array }): readonly SettledLeaf[] =>
  decodeLeaves(data).map((leaf) => ({ leaf, taskId: taskIdOf(universe.domain, leaf.order.body) }));

export const settledLeaves = (outcome: Outcome): readonly SettledLeaf[] =>
  outcome.ledger.batches.flatMap((batch) => leavesOf(outcome, batch));

/** I5: an honest seat of round 0 that is up knows at the end that its task may settle, settled, or is refunded. */
export const unfinishedOf = (outcome: Outcome): readonly string[] => {
  const settled = new Set<string>(settledLeaves(outcome).map(({ taskId }) => taskId));
  const { nodes, journal } = outcome;
  return nodes.flatMap((node) =>
    [...node.memory.tasks.values()].flatMap((task) => {
      const isSeat = task.committees.get(0)?.some(({ row }) => row === node.index) === true;
      const name = `${node.index}/${task.taskId}`;
      const isEnded = settled.has(task.taskId) || journal.settleable.has(name) || journal.refunds.has(name);
      const isAnchored =
        outcome.branch[Number(task.message.order.body.anchorBlock)]?.hash === task.message.order.body.anchorHash;
      return isSeat && node.isUp && isHonestOperator(outcome, node.index) && isAnchored && !isEnded ? [name] : [];
    }),
  );
};

export const everyTaskEnds: Oracle = (outcome) =>
  unfinishedOf(outcome).map(
    (name) => `I5 operator ${name.split('/')[0]} still waits for ${shortId(name.split('/')[1] ?? '')}`,
  );

/** One result for each task, of which the chain has one, before its deadline. */
export const oneResult: Oracle = (outcome) => {
  const seen = new Set<string>();
  return settledLeaves(outcome).flatMap(({ taskId }) => {
    const isTwice = seen.has(taskId);
    seen.add(taskId);
    return isTwice ? [`two results for ${shortId(taskId)}`] : [];
  });
};

/** Settled leaves whose value no honest machine computes. */
export const wrongOf = (outcome: Outcome): readonly SettledLeaf[] =>
  settledLeaves(outcome).filter(({ taskId, leaf }) => {
    const output = outputBehind(outcome, leaf.certificate);
    return output !== undefined && !isSameOutput(outcome, output, truthFor(outcome, taskId, -1));
  });

/** A wrong value settles only where dishonest seats hold 70 % of the committee that certified it. */
export const noUncapturedLie: Oracle = (outcome) =>
  outcome.plan.isModelMalicious
    ? []
    : wrongOf(outcome).flatMap(({ taskId, leaf }) => {
        const { round } = leaf.certificate.statement;
        const seats = outcome.journal.committees.get(`${taskId}/${round}`) ?? [];
        return isCaptured(outcome, seats) ? [] : [`a wrong result of ${shortId(taskId)} r${round} settled`];
      });

/** Where every message arrives, a certificate that an honest seat objected to in time does not settle as it is. */
export const dissentCounts: Oracle = (outcome) => {
  const { faults } = outcome.plan;
  if (faults.some(({ type }) => type !== 'duplication' && type !== 'skew')) return [];
  const dissents = outcome.journal.duties.flatMap(({ duty }) => {
    const [kind, taskId, round] = duty.split('/');
    return kind === 'dissent' ? [`${taskId}/${round}`] : [];
  });
  return settledLeaves(outcome).flatMap(({ taskId, leaf }) =>
    dissents.includes(`${taskId}/${leaf.certificate.statement.round}`)
      ? [`${shortId(taskId)} settled as round ${leaf.certificate.statement.round} certified it, against a dissent`]
      : [],
  );
};
