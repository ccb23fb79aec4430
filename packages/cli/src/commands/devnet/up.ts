import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidArgumentError, Option } from '@commander-js/extra-typings';
import { examples, type VerbModule } from '../../command.ts';
import { type Devnet, type DevnetNode, startDevnet } from '../../devnet/devnet.ts';
import { EXIT_FAILED, EXIT_OK } from '../../exit.ts';

const MIN_NODES = 4;
const MAX_NODES = 32;

const nodeCount = (text: string): number => {
  const count = Number(text);
  if (Number.isInteger(count) && count >= MIN_NODES && count <= MAX_NODES) return count;
  throw new InvalidArgumentError(`expected ${MIN_NODES} to ${MAX_NODES}: a committee has four seats.`);
};

interface UpOptions {
  readonly nodes: number;
  readonly dir?: string;
  readonly blockTimeMs: number;
}

const viewOf = ({ home, apiUrl, tokenFile, multiaddr, peerId, operator }: DevnetNode): object => ({
  home,
  api: apiUrl,
  tokenFile,
  multiaddr,
  peerId,
  operator,
});

/** The one line that `--json` prints when everything is up. */
const jsonOf = (devnet: Devnet): object => ({
  schema: 'mlb.devnet/1',
  rpcUrl: devnet.rpcUrl,
  chainId: devnet.deployment.chainId,
  contracts: devnet.deployment.addresses,
  networkFile: devnet.networkFile,
  requester: viewOf(devnet.requester),
  settler: { home: devnet.settlerHome },
  nodes: devnet.operators.map(viewOf),
});

const describe = (devnet: Devnet): string => {
  const { requester, operators } = devnet;
  const nodes = operators.map(({ name, apiUrl, multiaddr }) => `  ${name}  ${apiUrl}  ${multiaddr}`);
  return [
    'The devnet is up. Ctrl-C stops it.',
    `L2       ${devnet.rpcUrl}  (chain ${devnet.deployment.chainId}, funded accounts of the mnemonic "test … junk")`,
    `network  ${devnet.networkFile}`,
    'operators',
    ...nodes,
    `requester and provider, with funds: ${requester.home}`,
    '',
    'Next',
    `  export MLB_HOME=${requester.home}`,
    '  mlb node status',
    '  mlb model publish FILE.onnx --name NAME --price 0.001mlb',
    '  mlb run NAME --input image=@FILE',
    `  mlb init --home ./mine --network ${devnet.networkFile} --profile devnet`,
  ].join('\n');
};

/** Resolves at SIGINT, SIGTERM, or when a part of the devnet ended by itself; tells which. */
const untilOver = (devnet: Devnet): Promise<string | undefined> =>
  new Promise((resolve) => {
    process.once('SIGINT', () => resolve(undefined)).once('SIGTERM', () => resolve(undefined));
    for (const child of devnet.children) child.ended.then(() => resolve(child.name));
  });

export const register: VerbModule['register'] = (command, act) => {
  command
    .addOption(new Option('--nodes <count>', 'operators').argParser(nodeCount).default(5))
    .option('--dir <folder>', 'where homes and logs go (default: a temporary folder, removed at the end)')
    .addOption(new Option('--block-time-ms <ms>', 'block time of the L2').argParser(Number).default(500))
    .addHelpText('after', examples('mlb devnet up --nodes 5', 'mlb devnet up --json'))
    .action((options: UpOptions) =>
      act(async ({ output }) => {
        const root = options.dir ?? (await mkdtemp(join(tmpdir(), 'mlb-devnet-')));
        try {
          const devnet = await startDevnet({
            root,
            operators: Array.from({ length: options.nodes }, () => ({})),
            blockTimeMs: options.blockTimeMs,
            onProgress: output.note,
          });
          output.result(jsonOf(devnet), () => describe(devnet));
          const ended = await untilOver(devnet);
          if (ended !== undefined) output.note(`${ended} has ended by itself; stopping the others`);
          await devnet.stop();
          return ended === undefined ? EXIT_OK : EXIT_FAILED;
        } finally {
          if (options.dir === undefined) await rm(root, { recursive: true, force: true });
        }
      }),
    );
};
