import { examples, type VerbModule } from '../../command.ts';
import { SLOW_MS } from '../../context.ts';
import { evidenceText } from './text.ts';

export const register: VerbModule['register'] = (command, act) => {
  command
    .argument('<id>', 'its id, or the beginning of it')
    .addHelpText('after', examples('mlb evidence submit 0x1f3a'))
    .action((id) =>
      act(async ({ client, deadline, globals, output }) => {
        const evidence = await (await client()).submitEvidence(id, { account: globals.account }, deadline(SLOW_MS));
        output.result(evidence, () => evidenceText(evidence));
        return undefined;
      }),
    );
};
