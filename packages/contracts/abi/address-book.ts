import { keccak256, toHex } from 'viem';
import type { ContractAddress, Deployment } from './deployment.ts';
import type { NetworkName } from './networks.ts';
import type { ProtocolParams } from './params.ts';
import type { Created } from './plan.ts';

/** Everything about one deployment, finished or not. Plain JSON; nodes and tools read `deployment`. */
export interface AddressBook {
  readonly schema: 'mlb.deployment/1';
  readonly network: NetworkName;
  readonly deployer: ContractAddress;
  /** Contract i of the plan is created with nonce firstNonce + i. */
  readonly firstNonce: number;
  /** Digest of the parameters and of all creation code: a deployment is continued only with the same. */
  readonly planHash: ContractAddress;
  /** With bigints as decimal strings. */
  readonly params: unknown;
  /** Part of the parameters; kept apart since it is the time of the first run. */
  readonly vestingStartSec: number;
  readonly deployment: Deployment;
  /** The contracts behind proxies. */
  readonly implementations: Readonly<Record<string, ContractAddress>>;
  /** Transaction of each creation that was sent. */
  readonly transactions: Readonly<Partial<Record<Created, ContractAddress>>>;
  /** Whether the chain has the precompiles of EIP-2537. */
  readonly hasBls12381: boolean;
  /** Set when every contract was there and every wire was read back. */
  readonly verified: boolean;
}

const withoutBigints = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? String(item) : item)));

/** The parameters as they stand in a book. */
export const paramsForBook = (params: ProtocolParams): unknown => withoutBigints(params);

export const planHashOf = (params: ProtocolParams, codes: readonly string[]): ContractAddress =>
  keccak256(toHex(JSON.stringify([paramsForBook(params), codes])));

/** Throws SyntaxError for anything but an address book. */
export const parseAddressBook = (text: string): AddressBook => {
  const book: unknown = JSON.parse(text);
  const isBook = typeof book === 'object' && book !== null && 'schema' in book && book.schema === 'mlb.deployment/1';
  if (!isBook) throw new SyntaxError('this is no address book: its "schema" is not "mlb.deployment/1"');
  return book as AddressBook;
};

/** What a node joins by: NetworkDescription of @mlb/node, schema mlb.network/1. */
export interface JoinableNetwork {
  readonly schema: 'mlb.network/1';
  readonly name: string;
  readonly params: 'devnet' | 'mainnet';
  readonly rpcUrls: readonly string[];
  readonly deployment: Deployment;
  readonly bootstrap: readonly string[];
}

/** The description that `mlb init --network` reads. */
export const networkDescriptionOf = (
  { network, deployment }: AddressBook,
  rpcUrls: readonly string[],
  bootstrap: readonly string[],
): JoinableNetwork => ({
  schema: 'mlb.network/1',
  name: network,
  params: network === 'devnet' ? 'devnet' : 'mainnet',
  rpcUrls,
  deployment,
  bootstrap,
});
