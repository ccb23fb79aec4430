/**
 * The embedded L2 of demo and devnet, in a process of its own: `node l2.js --port 0 --block-time-ms 500`. Hardhat's
 * in-process network on loopback; nothing is downloaded, nothing phones home. Prints one JSON line
 * `{"rpcUrl","chainId"}` on stdout when it is ready; ends on SIGTERM, SIGINT, or when its parent goes away.
 */
import { fstatSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { NetworkManager } from 'hardhat/types/network';

const HOST = '127.0.0.1';

interface L2Options {
  readonly port: number;
  readonly blockTimeMs: number;
  readonly chainId: number;
}

const wholeNumber = (name: string, text: string, max: number): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > max) {
    throw new Error(`--${name} ${text}: expected a whole number up to ${max}`);
  }
  return value;
};

const parseOptions = (): L2Options => {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      'block-time-ms': { type: 'string', default: '500' },
      'chain-id': { type: 'string', default: '31337' },
    },
  });
  const blockTimeMs = wholeNumber('block-time-ms', values['block-time-ms'], 600_000);
  if (blockTimeMs === 0) throw new Error('--block-time-ms 0: blocks need a time, for example 500');
  return {
    port: wholeNumber('port', values.port, 65_535),
    blockTimeMs,
    chainId: wholeNumber('chain-id', values['chain-id'], Number.MAX_SAFE_INTEGER),
  };
};

/** 20 funded accounts of the well-known mnemonic "test test ... junk" are Hardhat's default. */
const createNetwork = async ({ blockTimeMs, chainId }: L2Options): Promise<NetworkManager> => {
  process.env.HARDHAT_DISABLE_TELEMETRY = 'true';
  const { createHardhatRuntimeEnvironment } = await import('hardhat/hre');
  const config = {
    networks: {
      l2: {
        type: 'edr-simulated',
        // Not 'op': EDR 0.20 panics there on the block after hardhat_mine of many.
        chainType: 'generic',
        chainId,
        mining: { auto: false, interval: blockTimeMs },
        // Blocks may be shorter than a second: without this each block moves L2 time by a whole one.
        allowBlocksWithSameTimestamp: true,
      },
    },
  } as const;
  const runtime = await createHardhatRuntimeEnvironment(config, {}, import.meta.dirname);
  return runtime.network;
};

/** An orphan would hold its port and a core: whoever spawned us with a pipe or an IPC channel and is gone ends us. */
const onParentGone = (callback: () => void): void => {
  if (process.channel !== undefined) process.once('disconnect', callback);
  const stdin = fstatSync(0);
  // A terminal or /dev/null is no parent's leash: the latter ends at once.
  if (!stdin.isFIFO() && !stdin.isSocket()) return;
  process.stdin.once('end', callback).once('error', callback).resume();
};

const explain = (cause: unknown, { port }: L2Options): string => {
  const isTaken = cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE';
  if (isTaken) return `port ${port} of ${HOST} is in use: choose another --port, or 0 for a free one`;
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
};

const main = async (options: L2Options): Promise<void> => {
  const fail = (cause: unknown): never => {
    process.stderr.write(`l2: ${explain(cause, options)}\n`);
    process.exit(1);
  };
  // Hardhat's listen() has no error path: a port in use comes as an unhandled 'error' of its server.
  process.once('uncaughtException', fail);
  const stop = (): never => process.exit(0); // in memory only: nothing to flush
  process.once('SIGTERM', stop).once('SIGINT', stop);
  onParentGone(stop);
  const network = await createNetwork(options);
  const server = await network.createServer('l2', HOST, options.port);
  const { port } = await server.listen();
  process.stdout.write(`${JSON.stringify({ rpcUrl: `http://${HOST}:${port}`, chainId: options.chainId })}\n`);
};

try {
  await main(parseOptions());
} catch (cause) {
  process.stderr.write(`l2: ${cause instanceof Error ? cause.message : String(cause)}\n`);
  process.exit(1);
}
