import { posix } from 'node:path';
import {
  ARROWS,
  CLOSURES,
  type ClosureRule,
  IMPURITIES,
  PROTOCOL_FLOORS,
  PROTOCOL_LIBRARIES,
  TEST_ARROWS,
} from './rules.ts';
import type { Source } from './source.ts';

type Sources = ReadonlyMap<string, Source>;

/** One broken rule, as `path:line` and a sentence. */
export interface Violation {
  readonly at: string;
  readonly what: string;
}

/** Entry file of a workspace specifier such as `@mlb/node/client`, or undefined where package.json exports no such name. */
export type ResolveExport = (specifier: string) => string | undefined;

const PROTOCOL_SRC = 'packages/protocol/src/';
/** No clock, no randomness, no I/O of their own. */
const PURE_SRC: readonly string[] = [PROTOCOL_SRC, 'packages/simulator/src/'];
const PORT_SRC = 'packages/node/src/port/';

const isRelative = (specifier: string): boolean => specifier.startsWith('.');
const packageOf = (path: string): string => path.split('/')[1] ?? '';
/** Tests may share fixtures along the arrows. */
const isTest = (path: string): boolean => path.split('/')[2] === 'test';
const join = (path: string, specifier: string): string => posix.join(posix.dirname(path), specifier);

/** `agreement` of packages/protocol/src/agreement/round.ts; `params` of packages/protocol/src/params.ts. */
const roomOf = (path: string): string => path.slice(PROTOCOL_SRC.length).replace(/(\/.*|\.ts)$/, '');
const floorOf = (path: string): number => PROTOCOL_FLOORS.findIndex((rooms) => rooms.includes(roomOf(path)));

const checkArrows = ({ path, imports }: Source, resolveExport: ResolveExport): readonly Violation[] => {
  const from = packageOf(path);
  const allowed = [...(ARROWS[from] ?? []), ...(isTest(path) ? (TEST_ARROWS[from] ?? []) : [])];
  return imports.flatMap(({ specifier, line }) => {
    const at = `${path}:${line}`;
    if (isRelative(specifier)) {
      const target = join(path, specifier);
      const isInside =
        packageOf(target) === from || (isTest(path) && isTest(target) && allowed.includes(packageOf(target)));
      return isInside ? [] : [{ at, what: `imports ${specifier}: enter another package by its exports` }];
    }
    const to = /^@mlb\/([^/]+)/.exec(specifier)?.[1];
    if (to === undefined || to === from) return [];
    if (!allowed.includes(to)) return [{ at, what: `${from} imports ${to}: the arrows do not point there` }];
    return resolveExport(specifier) === undefined ? [{ at, what: `${specifier} is no export of its package` }] : [];
  });
};

const checkFloors = ({ path, imports }: Source): readonly Violation[] => {
  const floor = floorOf(path);
  if (floor < 0) return [{ at: `${path}:1`, what: 'lies in no room of PROTOCOL_FLOORS (scripts/boundaries/rules.ts)' }];
  return imports.flatMap(({ specifier, line }) => {
    const at = `${path}:${line}`;
    if (!isRelative(specifier)) {
      const isPure = PROTOCOL_LIBRARIES.some((library) => library.test(specifier));
      return isPure ? [] : [{ at, what: `imports ${specifier}: not one of the pure libraries` }];
    }
    const target = join(path, specifier);
    const isBelow = floorOf(target) < floor || roomOf(target) === roomOf(path);
    return isBelow ? [] : [{ at, what: `${roomOf(path)} imports ${roomOf(target)}, which is not below it` }];
  });
};

const checkPurity = ({ path, code }: Source): readonly Violation[] =>
  IMPURITIES.flatMap(({ pattern, why }) =>
    [...code.matchAll(pattern)].map((match) => ({
      at: `${path}:${code.slice(0, match.index).split('\n').length}`,
      what: `${match[0]} ${why}`,
    })),
  );

const checkPort = ({ path, imports }: Source): readonly Violation[] =>
  imports
    .filter(
      ({ specifier }) =>
        !(isRelative(specifier) ? join(path, specifier).startsWith(PORT_SRC) : specifier === '@mlb/protocol'),
    )
    .map(({ specifier, line }) => ({
      at: `${path}:${line}`,
      what: `imports ${specifier}: a port names the protocol and other ports only`,
    }));

/** Walks the value imports from the entry, breadth first, so that a violation shows a shortest way to it. */
const checkClosure = (sources: Sources, rule: ClosureRule, resolveExport: ResolveExport): readonly Violation[] => {
  const violations: Violation[] = [];
  const ways = new Map<string, string>([[rule.entry, rule.entry]]);
  // A Map's iterator sees what is added while it walks.
  for (const [path, way] of ways) {
    for (const { specifier, isType, isDynamic, line } of sources.get(path)?.imports ?? []) {
      if (isType || (isDynamic && !rule.withDynamic)) continue;
      if (rule.banned.some((banned) => banned.test(specifier))) {
        violations.push({ at: `${path}:${line}`, what: `${way} loads ${specifier}` });
        continue;
      }
      const target = isRelative(specifier) ? join(path, specifier) : resolveExport(specifier);
      if (target !== undefined && !ways.has(target)) ways.set(target, `${way} > ${posix.basename(target)}`);
    }
  }
  return violations;
};

/** Every broken boundary of the repository, by file. */
export const checkBoundaries = (sources: Sources, resolveExport: ResolveExport): readonly Violation[] => [
  ...[...sources.values()].flatMap((source) => [
    ...checkArrows(source, resolveExport),
    ...(source.path.startsWith(PROTOCOL_SRC) ? checkFloors(source) : []),
    ...(PURE_SRC.some((folder) => source.path.startsWith(folder)) ? checkPurity(source) : []),
    ...(source.path.startsWith(PORT_SRC) ? checkPort(source) : []),
  ]),
  ...CLOSURES.filter(({ entry }) => sources.has(entry)).flatMap((rule) => checkClosure(sources, rule, resolveExport)),
];
