import { examples, type VerbModule } from '../../command.ts';
import { untilStopped } from '../../long-running.ts';
import { addSettingFlags, configOf } from '../../settings-flags.ts';

export const register: VerbModule['register'] = (command, act) => {
  addSettingFlags(command);
  command.addHelpText('after', examples('mlb settle run --home ./settler')).action((options) =>
    act(async (context) => {
      const { output } = context;
      const config = await configOf(context, options);
      const { startSettler } = await import('@mlb/node');
      const settler = await startSettler(config);
      const { multiaddrs } = settler;
      const view = { schema: 'mlb.started/1', home: context.home, multiaddrs };
      output.result(view, () =>
        ['Settlement bot is ready', ...multiaddrs.map((addr) => `listens  ${addr}`)].join('\n'),
      );
      return untilStopped(settler, output);
    }),
  );
};
