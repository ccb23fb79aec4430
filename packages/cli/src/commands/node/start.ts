import { examples, type VerbModule } from '../../command.ts';
import { untilStopped } from '../../long-running.ts';
import { addSettingFlags, configOf } from '../../settings-flags.ts';

export const register: VerbModule['register'] = (command, act) => {
  addSettingFlags(command);
  command
    .addHelpText('after', examples('mlb node start', 'mlb node start --api.port 0 --executor.profile strict'))
    .action((options) =>
      act(async (context) => {
        const { output } = context;
        const config = await configOf(context, options);
        // libp2p, Helia and level load only here.
        const { startDaemon } = await import('@mlb/node');
        const daemon = await startDaemon(config);
        const { apiUrl = '', multiaddrs } = daemon;
        const view = { schema: 'mlb.started/1', home: context.home, apiUrl, multiaddrs };
        output.result(view, () =>
          ['Daemon is ready', `API      ${apiUrl}`, ...multiaddrs.map((addr) => `listens  ${addr}`)].join('\n'),
        );
        return untilStopped(daemon, output);
      }),
    );
};
