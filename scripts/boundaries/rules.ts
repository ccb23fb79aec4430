/** Which workspace packages a package may import, tests included. Nothing points the other way (ARCHITECTURE.md). */
export const ARROWS: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  contracts: [],
  simulator: ['protocol'],
  node: ['protocol', 'contracts'],
  cli: ['protocol', 'contracts', 'node', 'simulator'],
};

/**
 * What tests may import besides: fraud proofs are proven on batches that the protocol itself built, and differential tests
 * compare the two. The contracts and their ABI still know nothing of it.
 */
export const TEST_ARROWS: Readonly<Record<string, readonly string[]>> = {
  contracts: ['protocol'],
};

/** Rooms and root files of packages/protocol/src, ground floor first: a room imports from the floors below its own only. */
export const PROTOCOL_FLOORS: readonly (readonly string[])[] = [
  ['errors'],
  ['primitives', 'params'],
  ['wire'],
  ['message', 'operators'],
  ['quorum', 'tensor'],
  ['committee', 'offense', 'pricing', 'reputation'],
  ['certificate'],
  ['agreement', 'batch'],
  ['task'],
  ['validate', 'receipt'],
  ['index'],
];

/** Pure libraries: codecs, hashes, curves. Everything else (viem, node:, libp2p) brings I/O, a clock or a platform. */
export const PROTOCOL_LIBRARIES: readonly RegExp[] = [/^@noble\/(curves|hashes)\//, /^ox\//, /^@ipld\/dag-cbor$/];

/** What the compiler does not refuse by itself: packages/protocol has `types: []` and no DOM, so timers and fetch are unknown there. */
export const IMPURITIES: readonly { readonly pattern: RegExp; readonly why: string }[] = [
  { pattern: /\bDate\b/g, why: 'reads the clock: time is an argument' },
  { pattern: /\bMath\.random\b/g, why: 'is random: randomness is an argument' },
  { pattern: /\brandom(Bytes|SecretKey|PrivateKey)\b/g, why: 'is random: randomness is an argument' },
  { pattern: /\b(async|await|Promise)\b/g, why: 'is asynchronous: effects are data' },
  { pattern: /\b(globalThis|process\.\w+|performance\.\w+)/g, why: 'reads its surroundings: pass it in' },
];

/** Libraries that make a command slow to start, or that a mere client of the API has no business with. */
const DAEMON_LIBRARIES: readonly RegExp[] = [
  /^libp2p$/,
  /^@libp2p\//,
  /^@chainsafe\/libp2p-/,
  /^helia$/,
  /^@helia\//,
  /^onnxruntime-/,
  /^onnx-proto/,
  /^fastify/,
  /^@fastify\//,
  /^level$/,
  /^(block|data)store-level$/,
  /^hardhat/,
];

/** What loading a file must not load with it. Follows value imports through the workspace. */
export interface ClosureRule {
  readonly entry: string;
  readonly banned: readonly RegExp[];
  /** Whether `import()` counts as well. */
  readonly withDynamic: boolean;
}

export const CLOSURES: readonly ClosureRule[] = [
  { entry: 'packages/node/src/api/client.ts', banned: [...DAEMON_LIBRARIES, /^viem/], withDynamic: true },
  // What the CLI does with a home while no daemon runs.
  { entry: 'packages/node/src/config/offline.ts', banned: [...DAEMON_LIBRARIES, /^viem/], withDynamic: true },
  // What `mlb --help` loads: a verb's module is imported when the verb is asked for.
  { entry: 'packages/cli/src/main.ts', banned: [...DAEMON_LIBRARIES, /^@mlb\/node$/, /^viem/], withDynamic: false },
];
