import { formatAmount } from '../../amount.ts';
import type { VerbModule } from '../../command.ts';
import { QUICK_MS } from '../../context.ts';
import { facts, listing } from '../../table.ts';

export const register: VerbModule['register'] = (command, act) => {
  command.action(() =>
    act(async ({ client, deadline, output }) => {
      const settlement = await (await client()).settlement(deadline(QUICK_MS));
      const rows = settlement.batches.map(
        ({ index, leafCount = '', gasUsed = '', postedAtBlock, transaction, isReverted }) => [
          isReverted === true ? `${index} (reverted)` : index,
          leafCount,
          gasUsed,
          postedAtBlock,
          transaction,
        ],
      );
      output.result(settlement, () => {
        const head = facts([
          ['settlement', settlement.settlement],
          ['next batch', settlement.nextIndex],
          [
            'base fee',
            settlement.baseFeeWei === undefined
              ? undefined
              : `${formatAmount(settlement.baseFeeWei)} per million units`,
          ],
          ['settled tasks', settlement.settledTasks],
          ['waiting tasks', settlement.pendingTasks],
        ]);
        return `${head}\n\n${listing(['batch', 'tasks', 'gas', 'block', 'transaction'], rows, 'no batch is on the L2 yet')}`;
      });
      return undefined;
    }),
  );
};
