#!/usr/bin/env node
// The npm compiler as a command that analysers can call: `--version`, or a standard JSON input on stdin. Answers with syntax
// trees and ABIs only: they read no bytecode, and generating it takes a minute. See docs/security/static-analysis.md.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';

interface Source {
  readonly content?: string;
  readonly urls?: readonly string[];
}
interface Input {
  readonly sources: Readonly<Record<string, Source>>;
  readonly settings: Readonly<Record<string, unknown>>;
}
interface Output {
  readonly errors?: readonly { readonly severity: string }[];
  readonly sources?: Readonly<Record<string, unknown>>;
  readonly contracts?: Readonly<Record<string, Readonly<Record<string, object>>>>;
}
interface Solc {
  readonly version: () => string;
  readonly compile: (input: string, callbacks: { import: (path: string) => { contents: string } }) => string;
}

const require = createRequire(import.meta.url);
const solc = require('solc') as Solc;

/** A file of this package, or of a package it depends on. */
const read = (path: string): string => readFileSync(existsSync(path) ? resolve(path) : require.resolve(path), 'utf8');

const NO_CODE = { object: '', sourceMap: '', linkReferences: {} };
const withoutCode = (contract: object): object => ({
  ...contract,
  evm: { bytecode: NO_CODE, deployedBytecode: NO_CODE, methodIdentifiers: {} },
});

const compile = ({ sources, settings }: Input): Output => {
  const contents = Object.entries(sources).map(([path, { content, urls }]) => [
    path,
    { content: content ?? read(urls?.[0] ?? path) },
  ]);
  const input = {
    language: 'Solidity',
    sources: Object.fromEntries(contents),
    settings: { ...settings, evmVersion: 'cancun', outputSelection: { '*': { '': ['ast'], '*': ['abi', 'userdoc'] } } },
  };
  const output = JSON.parse(
    solc.compile(JSON.stringify(input), { import: (path) => ({ contents: read(path) }) }),
  ) as Output;
  const files = Object.entries(output.contracts ?? {}).map(([path, contracts]) => [
    path,
    Object.fromEntries(Object.entries(contracts).map(([name, contract]) => [name, withoutCode(contract)])),
  ]);
  return { ...output, contracts: Object.fromEntries(files) };
};

if (process.argv.includes('--version')) console.log(`solc, the solidity compiler\nVersion: ${solc.version()}`);
else process.stdout.write(JSON.stringify(compile(JSON.parse(await text(process.stdin)) as Input)));
