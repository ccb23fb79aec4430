import { formatAmount } from '../../amount.ts';
import type { VerbModule } from '../../command.ts';
import { QUICK_MS } from '../../context.ts';
import { listing } from '../../table.ts';

export const register: VerbModule['register'] = (command, act) => {
  command.action(() =>
    act(async ({ client, deadline, output }) => {
      const list = await (await client()).models(deadline(QUICK_MS));
      const rows = list.models.map(({ name, modelId, mode, sizeBytes, priceWei, quoteWei, active }) => [
        name,
        mode.type,
        `${(sizeBytes / 1024).toFixed(0)} KiB`,
        formatAmount(quoteWei ?? priceWei),
        active ? 'active' : 'off',
        modelId,
      ]);
      const head = ['name', 'mode', 'size', 'a task costs', 'status', 'id'];
      output.result(list, () =>
        listing(head, rows, 'no model is registered; publish one with `mlb model publish FILE`'),
      );
      return undefined;
    }),
  );
};
