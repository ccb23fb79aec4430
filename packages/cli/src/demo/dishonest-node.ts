// A daemon of a home with one dishonest part, put in where it is composed: `node dishonest-node.js HOME liar|equivocator`.

import { loadConfig, type NodeConfig, type PartWrappers, startDaemon, unlockSession } from '@mlb/node';
import { Address, createDomain, nobleSecp256k1 } from '@mlb/protocol';
import { serve } from '../devnet/serve.ts';
import { createEquivocatingStreams } from './equivocating-streams.ts';
import { createLyingExecutor } from './lying-executor.ts';

const wrappersOf = async (config: NodeConfig, kind: string | undefined): Promise<PartWrappers> => {
  switch (kind) {
    case 'liar':
      return { executor: createLyingExecutor };
    case 'equivocator': {
      const { chainId, addresses } = config.network.deployment;
      const domain = createDomain(chainId, Address(addresses.settlement));
      const { secretKey } = await unlockSession(config);
      const equivocator = { domain, secp256k1: nobleSecp256k1, sessionKey: secretKey };
      return { streams: (honest) => createEquivocatingStreams(honest, equivocator) };
    }
    default:
      throw new Error(`unknown kind of dishonesty: ${kind}`);
  }
};

const [home = '', kind] = process.argv.slice(2);
const config = await loadConfig({ home });
await serve(await startDaemon(config, await wrappersOf(config, kind)));
