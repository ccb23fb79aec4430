import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Where the README's commands are run from. */
export const REPOSITORY: string = fileURLToPath(new URL('../../..', import.meta.url));

/**
 * What a block needs: `shell` sets variables and functions for the others, `fails` needs nothing and every line names its
 * exit code, `devnet` needs `mlb devnet up`, `devnet and alice` also the daemon of $DEVNET/alice.
 */
export type ReadmeMark = 'shell' | 'fails' | 'devnet' | 'devnet and alice';

export interface ReadmeBlock {
  /** Undefined: not marked for execution, such as what stays in the foreground. */
  readonly mark: ReadmeMark | undefined;
  /** Lines of shell, comments included. */
  readonly lines: readonly string[];
}

const BLOCK = /(?:<!-- run: (?<mark>[a-z ]+) -->\n)?```sh\n(?<body>[^`]*)```/g;

/** The `sh` blocks of the README in their order, with the mark of the comment `<!-- run: MARK -->` above them. */
export const readmeBlocks = (): readonly ReadmeBlock[] => {
  const text = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
  return [...text.matchAll(BLOCK)].map(({ groups }) => ({
    mark: groups?.mark as ReadmeMark | undefined,
    lines: (groups?.body ?? '').trim().split('\n'),
  }));
};

/** A shell function `mlb` that runs the CLI from its sources, instead of the README's, which builds first. */
const MLB = 'mlb() { "$NODE" --conditions=@mlb/source packages/cli/src/bin.ts "$@"; }';

/**
 * The marked blocks as one script for `sh -c`, run in REPOSITORY with NODE, DEVNET and MLB_HOME in its environment. It ends
 * at the first line that fails.
 */
export const readmeScript = (mark: ReadmeMark): string =>
  ['set -eu', MLB, ...readmeBlocks().flatMap((block) => (block.mark === mark ? block.lines : []))].join('\n');

/** One line on its own, as a script for `sh -c`. */
export const lineScript = (line: string): string => `${MLB}\n${line}`;
