// Proves the lemmas of test/proofs for all inputs: `check_` functions whose asserts no input breaks.
//   node --stack-size=8000 scripts/prove.ts [--only NAME]                 SMTChecker of the npm compiler, built-in z3
//   node scripts/prove.ts --halmos PATH [--only NAME] [-- its options]    halmos of PyPI on the compiled bytecode
// Exit 1 when a lemma is refuted or open. What was proven by which: docs/security/proofs.md.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

interface Solc {
  readonly compile: (input: string, callbacks: { import: (path: string) => { contents: string } }) => string;
}
interface Message {
  readonly severity: string;
  readonly errorCode?: string;
  readonly formattedMessage: string;
}
interface Output {
  readonly errors?: readonly Message[];
  readonly sources: Readonly<Record<string, { readonly ast: unknown; readonly id: number }>>;
  readonly contracts: Readonly<Record<string, Readonly<Record<string, Compiled>>>>;
}
interface Compiled {
  readonly abi: unknown;
  readonly metadata: string;
  readonly evm: { readonly bytecode: Code; readonly deployedBytecode: Code; readonly methodIdentifiers: object };
}
interface Code {
  readonly object: string;
}

const { values, positionals } = parseArgs({
  options: { halmos: { type: 'string' }, only: { type: 'string' } },
  allowPositionals: true,
});
const require = createRequire(import.meta.url);
const solc = require('solc') as Solc;
const root = new URL('..', import.meta.url);
const read = (path: string): { contents: string } => ({
  contents: readFileSync(path.startsWith('@') ? require.resolve(path) : new URL(path, root), 'utf8'),
});

const compile = (path: string, settings: object): Output => {
  const input = { language: 'Solidity', sources: { [path]: { content: read(path).contents } }, settings };
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: read })) as Output;
  for (const { severity, formattedMessage } of output.errors ?? []) {
    if (severity === 'error') throw new Error(formattedMessage);
  }
  return output;
};

/** What the SMTChecker says about an assert. */
const VERDICTS: Readonly<Record<string, string>> = { 9576: 'proven', 6328: 'REFUTED', 7812: 'open', 3944: 'open' };

/** CHC, asserts only, without `timeout`: that build of z3 cannot start a thread for it. */
const checkModel = (path: string, name: string): boolean => {
  const modelChecker = {
    ...{ contracts: { [path]: [name] }, engine: 'chc', solvers: ['z3'], targets: ['assert'] },
    ...{ showProvedSafe: true, showUnproved: true },
  };
  const { errors = [] } = compile(path, { evmVersion: 'cancun', modelChecker });
  const results = errors.filter(({ formattedMessage }) => formattedMessage.includes('CHC'));
  for (const { errorCode = '', formattedMessage } of results) {
    const line = /sol:(\d+):/.exec(formattedMessage)?.[1] ?? '?';
    console.log(`  ${VERDICTS[errorCode] ?? `code ${errorCode}`}  ${path}:${line}`);
  }
  return results.length > 0 && results.every(({ errorCode }) => errorCode === '9576');
};

/** Halmos reads what forge writes and calls it first: here a `forge` that has nothing left to do. */
const checkSymbolically = (halmos: string, path: string, name: string): boolean => {
  const folder = mkdtempSync(join(tmpdir(), 'mlb-proofs-'));
  try {
    const outputSelection = { '*': { '*': ['abi', 'metadata', 'evm'], '': ['ast'] } };
    const output = compile(path, { evmVersion: 'cancun', optimizer: { enabled: false }, outputSelection });
    const contract = output.contracts[path]?.[name];
    if (contract === undefined) throw new Error(`${path} holds no contract ${name}`);
    const { bytecode, deployedBytecode, methodIdentifiers } = contract.evm;
    const withPrefix = (code: Code): Code => ({ ...code, object: `0x${code.object}` });
    const artifact = {
      ...{ abi: contract.abi, metadata: JSON.parse(contract.metadata), methodIdentifiers, ...output.sources[path] },
      ...{ bytecode: withPrefix(bytecode), deployedBytecode: withPrefix(deployedBytecode) },
    };
    mkdirSync(join(folder, 'out', `${name}.sol`), { recursive: true });
    writeFileSync(join(folder, 'out', `${name}.sol`, `${name}.json`), JSON.stringify(artifact));
    writeFileSync(join(folder, 'forge'), '#!/bin/sh\nexit 0\n');
    chmodSync(join(folder, 'forge'), 0o755);
    const env = { ...process.env, PATH: `${folder}:${process.env.PATH ?? ''}` };
    const options = ['--root', folder, '--forge-build-out', 'out', '--contract', name, ...positionals];
    return spawnSync(halmos, options, { env, stdio: 'inherit' }).status === 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** Bit operations keep z3's Horn solver busy without end; halmos is made for them. */
const ONLY_HALMOS: readonly string[] = ['OffenseLemmas'];

const names = readdirSync(new URL('test/proofs', root))
  .map((file) => file.replace('.sol', ''))
  .filter((name) => values.only === undefined || name === values.only)
  .filter((name) => values.halmos !== undefined || !ONLY_HALMOS.includes(name));
for (const name of names) {
  const path = `test/proofs/${name}.sol`;
  const startMs = performance.now();
  console.log(name);
  const isProven = values.halmos === undefined ? checkModel(path, name) : checkSymbolically(values.halmos, path, name);
  if (!isProven) process.exitCode = 1;
  console.log(
    `${name}: ${isProven ? 'proven' : 'NOT PROVEN'} in ${((performance.now() - startMs) / 1000).toFixed(1)} s`,
  );
}
