// Deploys the protocol to a network, or goes on where an earlier run with the same book stopped:
//   MLB_DEPLOYER_KEY=0x… node scripts/deploy.ts --network base --rpc URL --book base.json \
//     --guardian 0x… --team 0x… --liquidity 0x…
// Writes the address book and, beside it, NAME.network.json for `mlb init --network`.
import { readFile, rename, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { createPublicClient, createWalletClient, defineChain, type Hex, http, isAddress, isHex } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import {
  type AddressBook,
  allocationsOfPaper,
  type ContractAddress,
  deployNetwork,
  NETWORKS,
  type NetworkName,
  networkDescriptionOf,
  parseAddressBook,
} from '../abi/index.ts';

class UsageError extends Error {}

const { values } = parseArgs({
  options: {
    network: { type: 'string' },
    rpc: { type: 'string' },
    book: { type: 'string' },
    guardian: { type: 'string' },
    team: { type: 'string' },
    liquidity: { type: 'string' },
    bootstrap: { type: 'string', multiple: true, default: [] },
  },
});

const required = (name: 'network' | 'rpc' | 'book'): string => {
  const value = values[name];
  if (value === undefined) throw new UsageError(`--${name} is missing; it is one of --network, --rpc and --book.`);
  return value;
};

const addressOr = (name: 'guardian' | 'team' | 'liquidity', fallback: ContractAddress | undefined): ContractAddress => {
  const value = values[name] ?? fallback;
  if (value !== undefined && isAddress(value)) return value;
  throw new UsageError(`--${name} must be an address: on a real network nothing falls back to the deployer.`);
};

const readKey = (): Hex => {
  const key = process.env.MLB_DEPLOYER_KEY;
  if (key !== undefined && isHex(key) && key.length === 66) return key;
  throw new UsageError(
    'MLB_DEPLOYER_KEY must be the private key, 0x and 64 digits, of an account that nothing else uses.',
  );
};

const readBook = async (path: string): Promise<AddressBook | undefined> => {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  return text === undefined ? undefined : parseAddressBook(text);
};

/** Whole or not at all: a crash must not cut the book. */
const writeJson = async (path: string, value: unknown): Promise<void> => {
  await writeFile(`${path}.new`, `${JSON.stringify(value, undefined, 2)}\n`);
  await rename(`${path}.new`, path);
};

const run = async (): Promise<void> => {
  const [name, rpcUrl, path] = [required('network'), required('rpc'), required('book')];
  const preset = NETWORKS[name as NetworkName];
  if (preset === undefined) throw new UsageError(`--network must be one of ${Object.keys(NETWORKS).join(', ')}.`);
  const account = privateKeyToAccount(readKey());
  const transport = http(rpcUrl);
  const chainId = await createPublicClient({ transport }).getChainId();
  const nativeCurrency = { name: 'Ether', symbol: 'ETH', decimals: 18 };
  const chain = defineChain({ id: chainId, name, nativeCurrency, rpcUrls: { default: { http: [rpcUrl] } } });
  const fallback = preset.kind === 'devnet' ? account.address : undefined;
  const team = addressOr('team', fallback);
  const earlier = await readBook(path);
  const book = await deployNetwork({
    walletClient: createWalletClient({ account, chain, transport }),
    publicClient: createPublicClient({ chain, transport }),
    preset,
    params: {
      ...preset.params,
      initialHolder: team,
      team,
      guardian: addressOr('guardian', fallback),
      treasury: 'timelock',
      allocations: allocationsOfPaper(addressOr('liquidity', fallback)),
      vestingStartSec: earlier?.vestingStartSec ?? Math.floor(Date.now() / 1000),
    },
    book: earlier,
    save: (saved) => writeJson(path, saved),
    onProgress: (what) => console.error(what),
  });
  const networkPath = path.replace(/(\.json)?$/, '.network.json');
  await writeJson(networkPath, networkDescriptionOf(book, [rpcUrl], values.bootstrap));
  console.error(`verified; ${path} has the addresses, ${networkPath} is for \`mlb init --network\``);
};

await run().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = error instanceof UsageError ? 2 : 1;
});
