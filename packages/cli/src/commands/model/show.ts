import type { TensorSignature } from '@mlb/node/client';
import { formatAmount } from '../../amount.ts';
import type { VerbModule } from '../../command.ts';
import { QUICK_MS } from '../../context.ts';
import { facts } from '../../table.ts';

const tensor = ({ name, datatype, shape }: TensorSignature): string =>
  `${name} ${datatype} [${shape.map((dim) => (dim < 0 ? '?' : dim)).join(', ')}]`;

export const register: VerbModule['register'] = (command, act) => {
  command.argument('<model>', 'id or name').action((idOrName) =>
    act(async ({ client, deadline, output }) => {
      const daemon = await client();
      const signal = deadline(QUICK_MS);
      const model = await daemon.model(idOrName, signal);
      const { inputs, outputs } = await daemon.modelSignature(idOrName, signal);
      const { mode } = model;
      output.result({ ...model, inputs, outputs }, () =>
        facts([
          ['model', model.modelId],
          ['name', model.name],
          ['provider', model.provider],
          ['mode', mode.type === 'exact' ? 'exact' : `tolerance, atol ${mode.atol}, rtol ${mode.rtol}`],
          ['price', formatAmount(model.priceWei)],
          ['a task costs', model.quoteWei === undefined ? undefined : formatAmount(model.quoteWei)],
          ['compute units', model.computeUnits],
          ['size', `${model.sizeBytes} bytes`],
          ['cid', model.cid],
          ['sha256', model.sha256],
          ...inputs.map((input) => ['input', tensor(input)] as const),
          ...outputs.map((out) => ['output', tensor(out)] as const),
        ]),
      );
      return undefined;
    }),
  );
};
