import { commitHashOf, type OwnResult, resultHashOf, type SeatMessage } from '@mlb/protocol';
import type { SeatView } from './conduct.ts';

/** A result as if we had executed it, with randomness of our own. */
export const resultOf = ({ secret }: SeatView, output: Uint8Array, name: string): OwnResult => ({
  ...{ resultHash: resultHashOf(output), output, execMs: 10 },
  ...{ salt: secret(`salt ${name}`), blindShare: secret(`blind ${name}`) },
});

/** A signed commit to a result. */
export const commitTo = (view: SeatView, { resultHash, salt, blindShare }: OwnResult): SeatMessage => {
  const { taskId, round, mySeat: seat, seats } = view;
  const operator = seats[seat]?.operator;
  if (operator === undefined) throw new Error(`seat ${seat} is not in its own round`);
  const commitHash = commitHashOf({ taskId, round, seat, operator, resultHash, salt });
  return view.sign({ type: 'commit', commit: { taskId, round, seat, commitHash, blindShare } });
};
