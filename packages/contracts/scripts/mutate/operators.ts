import { createRequire } from 'node:module';

/** One change of a source file: bytes [start, end) become `text`. */
export interface Mutant {
  readonly operator: string;
  readonly line: number;
  readonly was: string;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

interface Node {
  readonly nodeType?: string;
  readonly src?: string;
  readonly [key: string]: unknown;
}

const require = createRequire(import.meta.url);
const SWAPS: Readonly<Record<string, string>> = {
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '==': '!=',
  '!=': '==',
  '+': '-',
  '-': '+',
  '*': '/',
  '/': '*',
  '&&': '||',
  '||': '&&',
  '+=': '-=',
  '-=': '+=',
};

const parse = (source: string): Node => {
  const solc = require('solc') as { readonly compile: (input: string) => string };
  const settings = { stopAfter: 'parsing', outputSelection: { '*': { '': ['ast'] } } };
  const input = { language: 'Solidity', sources: { file: { content: source } }, settings };
  const output = JSON.parse(solc.compile(JSON.stringify(input))) as {
    readonly sources: { readonly file: { readonly ast: Node } };
  };
  return output.sources.file.ast;
};

const rangeOf = (node: Node): readonly [number, number] => {
  const [start = 0, length = 0] = (node.src ?? '').split(':').map(Number);
  return [start, start + length];
};

type Make = (operator: string, start: number, end: number, text: string) => Mutant;

/** `a op b` with another operator: it stands between its two sides. */
const swapsOf = (node: Node, make: Make, bytes: Buffer): readonly Mutant[] => {
  const isAssignment = node.nodeType === 'Assignment';
  if (node.nodeType !== 'BinaryOperation' && !isAssignment) return [];
  const left = (isAssignment ? node.leftHandSide : node.leftExpression) as Node;
  const right = (isAssignment ? node.rightHandSide : node.rightExpression) as Node;
  const operator = String(node.operator);
  const swapped = SWAPS[operator];
  if (swapped === undefined) return [];
  const [, from] = rangeOf(left);
  const [to] = rangeOf(right);
  const at = bytes.subarray(from, to).toString().indexOf(operator);
  return at < 0 ? [] : [make(`${operator} to ${swapped}`, from + at, from + at + operator.length, swapped)];
};

const isRequire = (node: Node): boolean => {
  const call = node.expression as Node | undefined;
  const callee = call?.expression as Node | undefined;
  return call?.nodeType === 'FunctionCall' && callee?.name === 'require';
};

/** A statement that does not happen; an event that is not emitted is another statement like it. */
const removalsOf = (node: Node, make: Make): readonly Mutant[] => {
  const [start, end] = rangeOf(node);
  if (node.nodeType === 'ExpressionStatement') {
    return [make(isRequire(node) ? 'require removed' : 'statement removed', start, end, '')];
  }
  return node.nodeType === 'EmitStatement' ? [make('event removed', start, end, '')] : [];
};

const conditionsOf = (node: Node, make: Make): readonly Mutant[] => {
  if (node.nodeType !== 'IfStatement' && node.nodeType !== 'Conditional') return [];
  const [start, end] = rangeOf(node.condition as Node);
  return [make('condition true', start, end, 'true'), make('condition false', start, end, 'false')];
};

/** Constants and other whole numbers, off by one. */
const literalsOf = (node: Node, make: Make): readonly Mutant[] => {
  if (node.nodeType !== 'Literal' || node.kind !== 'number' || !/^[0-9_]+$/.test(String(node.value))) return [];
  const [start, end] = rangeOf(node);
  const text = String(node.value).replaceAll('_', '');
  // With a unit (`1 days`) the number is the first part of the range.
  return [make(`${text} plus one`, start, Math.min(end, start + String(node.value).length), String(BigInt(text) + 1n))];
};

/** A function that returns at once with nothing done, where nothing is returned. */
const earlyReturnsOf = (node: Node, make: Make): readonly Mutant[] => {
  const body = node.body as Node | undefined;
  const isPlain =
    node.nodeType === 'FunctionDefinition' && node.kind === 'function' && body !== undefined && body !== null;
  const returns = (node.returnParameters as { readonly parameters?: readonly unknown[] } | undefined)?.parameters ?? [];
  if (!isPlain || returns.length !== 0) return [];
  const [start] = rangeOf(body);
  return [make('returns at once', start + 1, start + 1, ' if (true) return;')];
};

/** Every mutant of a source, in its order. Inside assembly and imports nothing is changed. */
export const mutantsOf = (source: string): readonly Mutant[] => {
  const bytes = Buffer.from(source);
  const make: Make = (operator, start, end, text) => ({
    operator,
    line: bytes.subarray(0, start).toString().split('\n').length,
    was: bytes.subarray(start, end).toString().replaceAll(/\s+/g, ' ').slice(0, 80),
    text,
    start,
    end,
  });
  const mutants: Mutant[] = [];
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) for (const item of value) walk(item);
    else if (typeof value === 'object' && value !== null) {
      const node = value as Node;
      if (node.nodeType === 'InlineAssembly' || node.nodeType === 'ImportDirective') return;
      for (const mutate of [removalsOf, conditionsOf, literalsOf, earlyReturnsOf]) mutants.push(...mutate(node, make));
      mutants.push(...swapsOf(node, make, bytes));
      for (const child of Object.values(node)) walk(child);
    }
  };
  walk(parse(source));
  return mutants.sort((a, b) => a.start - b.start || a.end - b.end);
};

export const applyMutant = (source: string, { start, end, text }: Mutant): string => {
  const bytes = Buffer.from(source);
  return bytes.subarray(0, start).toString() + text + bytes.subarray(end).toString();
};
