import type { VerbModule } from '../../command.ts';
import { QUICK_MS } from '../../context.ts';
import { listing } from '../../table.ts';

export const register: VerbModule['register'] = (command, act) => {
  command.action(() =>
    act(async ({ client, deadline, output }) => {
      const list = await (await client()).evidenceList(deadline(QUICK_MS));
      const rows = list.evidence.map(({ id, operator, kind, state }) => [id, operator, kind, state]);
      output.result(list, () => listing(['evidence', 'operator', 'kind', 'state'], rows, 'nobody was caught yet'));
      return undefined;
    }),
  );
};
