import {
  BaseError,
  createPublicClient,
  defineChain,
  fallback,
  http,
  type PublicClient,
  type Chain as ViemChain,
} from 'viem';
import { ChainError } from './error.ts';

export interface ChainClientOptions {
  readonly chainId: number;
  /** Asked in this order: the next one when one does not answer. */
  readonly rpcUrls: readonly [string, ...string[]];
  /** Of one request. */
  readonly timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 10_000;

const describeChain = ({ chainId, rpcUrls }: ChainClientOptions): ViemChain =>
  defineChain({
    id: chainId,
    name: `chain ${chainId}`,
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: rpcUrls } },
  });

/**
 * Reading client of the L2. It caches and retries nothing: the indexer and the transaction lane repeat on their own
 * schedule and must see the head as it is. Does no I/O here.
 */
export const createChainClient = (options: ChainClientOptions): PublicClient => {
  const timeout = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const transports = options.rpcUrls.map((url) => http(url, { timeout, retryCount: 0 }));
  const [only] = transports;
  const transport = transports.length === 1 && only !== undefined ? only : fallback(transports, { retryCount: 0 });
  return createPublicClient({ chain: describeChain(options), transport, cacheTime: 0 });
};

/** Any failure of a request as a ChainError with what to do; a ChainError stays what it is. */
export const toChainError = (cause: unknown): ChainError => {
  if (cause instanceof ChainError) return cause;
  const said = cause instanceof BaseError ? cause.shortMessage : cause instanceof Error ? cause.message : undefined;
  // An answer of a wrong shape makes errors without a message deep inside.
  const reason = said || String(cause);
  const url = cause instanceof BaseError ? /URL: (\S+)/.exec(cause.message)?.[1] : undefined;
  return new ChainError(
    'CHAIN_UNREACHABLE',
    `the L2 did not answer${url === undefined ? '' : ` at ${withoutSecrets(url)}`}: ${reason.split('\n')[0]} Check rpcUrl and that the L2 runs; the daemon keeps trying.`,
    { cause },
  );
};

/** RPC providers put keys into paths and queries: only the origin is shown. */
const withoutSecrets = (url: string): string => {
  try {
    return new URL(url).origin;
  } catch {
    return 'the configured URL';
  }
};

/** Throws WRONG_CHAIN unless the RPC serves the deployment's chain, CHAIN_UNREACHABLE if it does not answer. */
export const requireChainId = async (client: PublicClient, expected: number): Promise<void> => {
  let actual: number;
  try {
    actual = await client.getChainId();
  } catch (cause) {
    throw toChainError(cause);
  }
  if (actual === expected) return;
  throw new ChainError(
    'WRONG_CHAIN',
    `the RPC serves chain ${actual}, but the deployment is on chain ${expected}. Set rpcUrl to a node of chain ${expected}, or use the deployment file of chain ${actual}.`,
  );
};
