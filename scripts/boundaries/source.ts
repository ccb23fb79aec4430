import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One `import`, `export ... from` or `import()` of a file. */
interface Import {
  readonly specifier: string;
  readonly line: number;
  /** `import type`: gone at run time. */
  readonly isType: boolean;
  /** `import()`: runs when called, not when the file is loaded. */
  readonly isDynamic: boolean;
}

export interface Source {
  /** Below the repository's root, with `/`. */
  readonly path: string;
  readonly imports: readonly Import[];
  /** The file with comments and string contents blanked, lines kept. */
  readonly code: string;
}

// Biome formats every file, so statements start their line and specifiers stand in single quotes: patterns are enough.
const STATIC = /^(?:import|export)\b(?<type> type\b)?(?: [\w$\s{},*]*?from)? '(?<specifier>[^']+)'/gm;
const DYNAMIC = /\bimport\(\s*'(?<specifier>[^']+)'/g;
const TEMPLATE_COMMENT_OR_STRING = /`(?:\\.|[^\\`])*`|\/\/.*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/g;

const lineOf = (text: string, index: number): number => text.slice(0, index).split('\n').length;

const blank = (text: string): string => text.replaceAll(/[^\n]/g, ' ');

/** Blanks what does not run; of a template literal, `${...}` stays. */
const blankNonCode = (text: string): string =>
  text.replaceAll(TEMPLATE_COMMENT_OR_STRING, (found) =>
    found.startsWith('`')
      ? found.replaceAll(/\$\{[^}]*\}|[^$]+|\$/g, (part) => (part.startsWith('${') ? part : blank(part)))
      : blank(found),
  );

const blankComments = (text: string): string =>
  text.replaceAll(TEMPLATE_COMMENT_OR_STRING, (found) => (found.startsWith('/') ? blank(found) : found));

export const parseSource = (path: string, text: string): Source => {
  const uncommented = blankComments(text);
  const toImport = (match: RegExpExecArray, isDynamic: boolean): Import => ({
    specifier: match.groups?.specifier ?? '',
    line: lineOf(text, match.index),
    isType: match.groups?.type !== undefined,
    isDynamic,
  });
  const imports = [
    ...[...uncommented.matchAll(STATIC)].map((match) => toImport(match, false)),
    ...[...uncommented.matchAll(DYNAMIC)].map((match) => toImport(match, true)),
  ];
  return { path, imports, code: blankNonCode(text) };
};

/** Every TypeScript file of the packages, by path below `root`. Built, generated and installed files are not ours to judge. */
export const readSources = (root: string): ReadonlyMap<string, Source> => {
  const exclude = (name: string): boolean => /(^|\/)(node_modules|dist|artifacts|cache|generated\.ts)$/.test(name);
  const paths = globSync('packages/*/**/*.ts', { cwd: root, exclude }).map((path) => path.replaceAll('\\', '/'));
  return new Map(paths.toSorted().map((path) => [path, parseSource(path, readFileSync(join(root, path), 'utf8'))]));
};
