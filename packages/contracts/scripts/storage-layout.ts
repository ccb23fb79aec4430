// Checks that the storage of the upgradeable contracts only grows: a slot that was once used keeps its name, offset and
// type for ever, or an upgrade reads one thing as another. `--update` writes snapshots/storage.json after a look.
import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

interface Variable {
  readonly label: string;
  readonly slot: string;
  readonly offset: number;
  readonly type: string;
}
type Layout = readonly string[];

/** Behind a GovernedProxy. */
const UPGRADEABLE = ['ModelRegistry', 'RewardsVault'] as const;

const root = new URL('..', import.meta.url);
const SNAPSHOT = new URL('snapshots/storage.json', root);

interface StorageType {
  readonly label: string;
  readonly members?: readonly Variable[];
  readonly value?: string;
}
interface StorageLayout {
  readonly storage: readonly Variable[];
  readonly types: Readonly<Record<string, StorageType>> | null;
}

/** One line a variable. Members of structs, also of those in mappings, are among them: they must not move either. */
const linesOf = ({ storage, types }: StorageLayout): Layout => {
  const membersOf = (type: string): readonly Variable[] => {
    const known = types?.[type];
    return known?.members ?? (known?.value === undefined ? [] : membersOf(known.value));
  };
  const describe = (variables: readonly Variable[], prefix: string): readonly string[] =>
    variables.flatMap(({ label, slot, offset, type }) => [
      `${prefix}${label} @${slot}+${offset} ${types?.[type]?.label ?? type}`,
      ...describe(membersOf(type), `${prefix}${label}.`),
    ]);
  return describe(storage, '');
};

interface Solc {
  readonly compile: (input: string, callbacks: { import: (path: string) => { contents: string } }) => string;
}

const require = createRequire(import.meta.url);

const read = (path: string): { contents: string } => ({
  contents: readFileSync(path.startsWith('@') ? require.resolve(path) : new URL(path, root), 'utf8'),
});

const layouts = (): Record<string, Layout> => {
  const solc = require('solc') as Solc;
  const sources = Object.fromEntries(
    UPGRADEABLE.map((name) => [`src/${name}.sol`, { content: read(`src/${name}.sol`).contents }]),
  );
  const settings = { evmVersion: 'cancun', outputSelection: { '*': { '*': ['storageLayout'] } } };
  const output = JSON.parse(
    solc.compile(JSON.stringify({ language: 'Solidity', sources, settings }), { import: read }),
  );
  return Object.fromEntries(
    UPGRADEABLE.map((name) => {
      const contract = output.contracts?.[`src/${name}.sol`]?.[name];
      if (contract === undefined) throw new Error(`${name} does not compile: ${JSON.stringify(output.errors)}`);
      return [name, linesOf(contract.storageLayout)];
    }),
  );
};

const now = layouts();
if (process.argv.includes('--update')) {
  await writeFile(SNAPSHOT, `${JSON.stringify(now, undefined, 2)}\n`);
} else {
  const before: Record<string, Layout> = JSON.parse(await readFile(SNAPSHOT, 'utf8'));
  const lost = UPGRADEABLE.flatMap((name) => {
    const lines = new Set(now[name]);
    return (before[name] ?? []).filter((line) => !lines.has(line)).map((line) => `${name}: ${line}`);
  });
  const isNew = UPGRADEABLE.some((name) => now[name]?.length !== before[name]?.length);
  if (lost.length > 0) {
    console.error(`These storage variables moved, so an upgrade would misread them:\n  ${lost.join('\n  ')}`);
    process.exitCode = 1;
  } else if (isNew) {
    console.error('There are new storage variables. Look at them, then run `pnpm storage:update`.');
    process.exitCode = 1;
  }
}
