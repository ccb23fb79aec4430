import { relative } from 'node:path';
import { defineConfig } from 'hardhat/config';
import type { HardhatPlugin } from 'hardhat/types/plugins';
import config from './hardhat.config.ts';
import { branchesOf, reportBranches } from './scripts/instrument/branches.ts';

/** Hardhat counts statements; conditions report their outcomes by this, over the same channel. */
const branchCoverage: HardhatPlugin = {
  id: 'branch-coverage',
  hookHandlers: {
    solidity: async () => ({
      default: async () => ({
        async preprocessProjectFileBeforeBuilding(context, sourceName, fsPath, content, solcVersion, next) {
          const instrumented = await next(context, sourceName, fsPath, content, solcVersion);
          const file = relative(import.meta.dirname, fsPath);
          return file.startsWith('src/') ? reportBranches(instrumented, branchesOf(file, content)) : instrumented;
        },
      }),
    }),
  },
};

/** The production configuration with instrumented contracts: larger than a chain would take, in a place of their own. */
export default defineConfig({
  ...config,
  plugins: [...(config.plugins ?? []), branchCoverage],
  paths: { ...config.paths, artifacts: './cache/coverage/artifacts', cache: './cache/coverage/cache' },
  networks: {
    default: {
      type: 'edr-simulated',
      allowUnlimitedContractSize: true,
      blockGasLimit: 1_000_000_000n,
      hardfork: 'prague',
    },
  },
});
