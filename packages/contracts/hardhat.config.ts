import { createRequire } from 'node:module';
import hardhatViem from '@nomicfoundation/hardhat-viem';
import { defineConfig } from 'hardhat/config';
import type { HardhatPlugin } from 'hardhat/types/plugins';

// Hardhat reports usage when stdout is a terminal.
process.env.HARDHAT_DISABLE_TELEMETRY ??= 'true';

// The WebAssembly build of solc, from npm: no download, one compiler on every platform. Must be an absolute path.
const path = createRequire(import.meta.url).resolve('solc/soljson.js');
const solc = {
  version: '0.8.37',
  path,
  // What is tested is what is deployed. Cancun: transient storage, and every L2 has it.
  settings: { evmVersion: 'cancun', optimizer: { enabled: true, runs: 10_000 } },
};

/** Fraud proofs and the undo of a batch must fit 500 k gas: the IR pipeline takes a fifth off their loops. */
const viaIr = { ...solc, settings: { ...solc.settings, viaIR: true } };
const withProofs = {
  compilers: [solc],
  overrides: {
    'src/LedgerProofs.sol': viaIr,
    'src/LeafProofs.sol': viaIr,
    'src/Escrow.sol': viaIr,
    'src/Settlement.sol': viaIr,
  },
};

/** Hides warnings about files of npm packages: OpenZeppelin 5.7 names functions `at`, which solc >= 0.8.35 dislikes. */
const quietDependencies: HardhatPlugin = {
  id: 'quiet-dependencies',
  hookHandlers: {
    solidity: async () => ({
      default: async () => ({
        async invokeSolc(context, compiler, input, config, next) {
          const output = await next(context, compiler, input, config);
          const errors = (output.errors ?? []).filter(
            ({ severity, formattedMessage }) => severity === 'error' || !formattedMessage?.includes('--> npm/'),
          );
          return { ...output, errors };
        },
      }),
    }),
  },
};

const numberOf = (name: string, otherwise: number): number => Number(process.env[name] ?? otherwise);

export default defineConfig({
  plugins: [hardhatViem, quietDependencies],
  solidity: { profiles: { default: withProofs, production: withProofs } },
  paths: { sources: './src', tests: { solidity: './test' } },
  test: {
    solidity: {
      // The same inputs in every run: a failure is a bug, not luck.
      fuzz: { runs: 256, seed: '0x6d6c62' },
      fsPermissions: {
        readFile: ['messages', 'batch', 'later-rounds'].map((name) => `../protocol/vectors/${name}.json`),
      },
      // `pnpm invariants` looks longer; two minutes of two cores are what a suite can spend.
      invariant: {
        runs: numberOf('MLB_INVARIANT_RUNS', 1024),
        depth: numberOf('MLB_INVARIANT_DEPTH', 64),
        failOnRevert: true,
      },
    },
  },
});
