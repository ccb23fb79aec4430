import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Abi, Hex } from 'viem';

const require = createRequire(import.meta.url);
const ROOT = new URL('../../', import.meta.url);

interface Compiler {
  readonly compile: (input: string, callbacks: { import: (path: string) => { contents: string } }) => string;
}
interface Output {
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[];
  readonly contracts: Readonly<
    Record<string, Readonly<Record<string, { abi: Abi; evm: { bytecode: { object: string } } }>>>
  >;
}
export interface Compiled {
  readonly abi: Abi;
  readonly bytecode: Hex;
}

/** Imports as the contracts write them: `src/...` below the package, everything else an npm package. */
const readImport = (path: string): { contents: string } => {
  const isOwn = /^(src|test|bench)\//.test(path);
  return { contents: readFileSync(isOwn ? fileURLToPath(new URL(path, ROOT)) : require.resolve(path), 'utf8') };
};

/**
 * One contract that is not deployed anywhere, compiled as the deployed ones are. `path` lies below the package, such as
 * bench/contracts/PaperBridge.sol, and is named after its contract. Throws with the compiler's messages.
 */
export const compileContract = (path: string, { viaIR = false }: { readonly viaIR?: boolean } = {}): Compiled => {
  const solc = require('solc') as Compiler;
  const input = {
    language: 'Solidity',
    sources: { [path]: { content: readImport(path).contents } },
    settings: {
      evmVersion: 'cancun',
      optimizer: { enabled: true, runs: 10_000 },
      viaIR,
      outputSelection: { [path]: { '*': ['abi', 'evm.bytecode.object'] } },
    },
  };
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: readImport })) as Output;
  const errors = output.errors?.filter(({ severity }) => severity === 'error') ?? [];
  if (errors.length !== 0) throw new Error(errors.map(({ formattedMessage }) => formattedMessage).join('\n'));
  const name = path.replace(/^.*\/|\.sol$/g, '');
  const contract = output.contracts[path]?.[name];
  if (contract === undefined) throw new Error(`${path} has no contract ${name}: name the file after its contract`);
  return { abi: contract.abi, bytecode: `0x${contract.evm.bytecode.object}` };
};
