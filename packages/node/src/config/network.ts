import { readFile } from 'node:fs/promises';
import { type Deployment, FURTHER_CONTRACTS, type FurtherContract } from '@mlb/contracts/deployment';
import { DEVNET_PARAMS, MAINNET_PARAMS, type NetworkParams } from '@mlb/protocol';
import { z } from 'zod';
import { ConfigError } from './config-error.ts';

export type ParamsName = 'devnet' | 'mainnet';

/** What a node must know of a network to join it. Plain JSON in HOME/network.json; written by whoever deployed it. */
export interface NetworkDescription {
  readonly schema: 'mlb.network/1';
  readonly name: string;
  /** Which constants of the protocol hold. */
  readonly params: ParamsName;
  readonly rpcUrls: readonly string[];
  readonly deployment: Deployment;
  /** Multiaddrs with a peer id. */
  readonly bootstrap: readonly string[];
}

const PARAMS: Readonly<Record<ParamsName, NetworkParams>> = { devnet: DEVNET_PARAMS, mainnet: MAINNET_PARAMS };

/** The protocol's constants on this network. */
export const paramsOf = ({ params }: NetworkDescription): NetworkParams => PARAMS[params];

const ContractAddress = z
  .string()
  .regex(/^0x[0-9a-f]{40}$/i, 'expected an address')
  .transform((text) => text.toLowerCase() as `0x${string}`);

const further = Object.fromEntries(FURTHER_CONTRACTS.map((name) => [name, ContractAddress.optional()])) as Record<
  FurtherContract,
  z.ZodOptional<typeof ContractAddress>
>;

export const NetworkSchema: z.ZodType<NetworkDescription> = z.strictObject({
  schema: z.literal('mlb.network/1'),
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/),
  params: z.enum(['devnet', 'mainnet']),
  rpcUrls: z.array(z.url()),
  deployment: z.strictObject({
    chainId: z.number().int().positive(),
    startBlock: z.number().int().nonnegative(),
    addresses: z.strictObject({
      token: ContractAddress,
      stakeManager: ContractAddress,
      operatorRegistry: ContractAddress,
      modelRegistry: ContractAddress,
      escrow: ContractAddress,
      certificate: ContractAddress,
      settlement: ContractAddress,
      ...further,
    }),
  }),
  bootstrap: z.array(z.string().startsWith('/')),
});

const NEXT = 'get the description file of your network and run `mlb init --network FILE`; `mlb devnet up` makes one';

/** Reads and checks a network description. Throws ConfigError NETWORK_MISSING or NETWORK_BROKEN. */
export const loadNetwork = async (path: string): Promise<NetworkDescription> => {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new ConfigError('NETWORK_MISSING', `there is no network description at ${path}`, NEXT, { cause });
  });
  try {
    return NetworkSchema.parse(JSON.parse(text));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : 'it is no JSON';
    throw new ConfigError('NETWORK_BROKEN', `${path} is no network description: ${why}`, NEXT, { cause });
  }
};
