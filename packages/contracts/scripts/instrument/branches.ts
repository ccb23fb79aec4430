import { createRequire } from 'node:module';

/** Both outcomes of one condition: an `if`, a `?:` or a `require`. */
export interface Branch {
  readonly file: string;
  readonly line: number;
  /** Hit when the condition held; the next tag when it did not. */
  readonly tag: bigint;
}

interface Node {
  readonly nodeType?: string;
  readonly src?: string;
  readonly [key: string]: unknown;
}
interface Range {
  readonly start: number;
  readonly end: number;
}

const require = createRequire(import.meta.url);
/** Tags of branches: far from those of statements, which are hashes. */
const TAG_PREFIX = 0x4d4c42n << 200n;
const REPORTER = `
function __branch(uint256 tag, bool outcome) pure returns (bool) {
    __NomicFoundationCoverage.sendHit(outcome ? tag : tag + 1);
    return outcome;
}
`;

/** Parses only: imports need not be there. */
const parse = (source: string): Node => {
  const solc = require('solc') as { readonly compile: (input: string) => string };
  const settings = { stopAfter: 'parsing', outputSelection: { '*': { '': ['ast'] } } };
  const input = { language: 'Solidity', sources: { file: { content: source } }, settings };
  const output = JSON.parse(solc.compile(JSON.stringify(input))) as {
    readonly sources?: { readonly file?: { readonly ast: Node } };
    readonly errors?: readonly { readonly formattedMessage: string }[];
  };
  const ast = output.sources?.file?.ast;
  if (ast === undefined) throw new Error(output.errors?.map(({ formattedMessage }) => formattedMessage).join('\n'));
  return ast;
};

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;

const conditionOf = (node: Node): Node | undefined => {
  if (node.nodeType === 'IfStatement' || node.nodeType === 'Conditional') return node.condition as Node;
  const callee = node.expression as Node | undefined;
  const isRequire = node.nodeType === 'FunctionCall' && callee?.nodeType === 'Identifier' && callee.name === 'require';
  return isRequire ? (node.arguments as readonly Node[])[0] : undefined;
};

/** Conditions in the order of the source, as ranges of bytes. */
const conditionsOf = (source: string): readonly Range[] => {
  const ranges: Range[] = [];
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) for (const item of value) walk(item);
    if (!isNode(value) || Array.isArray(value)) return;
    const condition = conditionOf(value);
    if (condition?.src !== undefined) {
      const [start = 0, length = 0] = condition.src.split(':').map(Number);
      ranges.push({ start, end: start + length });
    }
    for (const child of Object.values(value)) walk(child);
  };
  walk(parse(source));
  return ranges.sort((a, b) => a.start - b.start || b.end - a.end);
};

const lineAt = (source: string, byte: number): number =>
  Buffer.from(source).subarray(0, byte).toString().split('\n').length;

/** The branches of one file. `file` and their order make their tags: the same in every process. */
export const branchesOf = (file: string, source: string): readonly Branch[] => {
  const fileTag = TAG_PREFIX | (BigInt(`0x${Buffer.from(file).toString('hex').slice(-32)}`) << 32n);
  return conditionsOf(source).map(({ start }, i) => ({
    file,
    line: lineAt(source, start),
    tag: fileTag | BigInt(2 * i),
  }));
};

/**
 * Source whose statements report their hits already, such that conditions report their outcomes too. `branches` are those
 * of the file as it was written: the same conditions in the same order.
 */
export const reportBranches = (source: string, branches: readonly Branch[]): string => {
  if (branches.length === 0) return source;
  const ranges = conditionsOf(source);
  if (ranges.length !== branches.length) throw new Error(`${branches[0]?.file}: other conditions than before`);
  const inserts = ranges.flatMap(({ start, end }, i) => [
    { at: start, rank: i, text: `__branch(${branches[i]?.tag}, ` },
    // Of two conditions that end together the inner one closes first.
    { at: end, rank: -i, text: ')' },
  ]);
  const bytes = Buffer.from(source);
  let from = 0;
  const parts = inserts
    .sort((a, b) => a.at - b.at || a.rank - b.rank)
    .flatMap(({ at, text }) => {
      const part = bytes.subarray(from, at).toString();
      from = at;
      return [part, text];
    });
  return parts.join('') + bytes.subarray(from).toString() + REPORTER;
};
