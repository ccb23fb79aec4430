import type { Clock } from '../port/clock.ts';
import type { Executor } from '../port/executor.ts';
import { type Compute, createMemorySandboxes } from './memory-sandbox.ts';
import { createNativeSandboxes, NATIVE_LIMITS } from './native-sandbox.ts';
import { createPool } from './pool.ts';
import type { SandboxFactory } from './sandbox.ts';
import { createWasmSandboxes } from './wasm-sandbox.ts';

export interface ExecutorOptions {
  readonly clock: Clock;
  /** Models kept loaded, each in a process or thread of its own. Default 4. */
  readonly maxSandboxes?: number;
  /** Executions that may wait. Default 64. */
  readonly maxQueued?: number;
}

const MAX_SANDBOXES = 4;
const MAX_QUEUED = 64;
/** Leaves any single run half of the process's CPU limit. */
const MAX_CPU_MS = (NATIVE_LIMITS.cpuSec * 1000) / 2;

export const createSandboxExecutor = (sandboxes: SandboxFactory, options: ExecutorOptions): Executor => {
  const { clock, maxSandboxes = MAX_SANDBOXES, maxQueued = MAX_QUEUED } = options;
  return createPool({ sandboxes, clock, limits: { maxSandboxes, maxQueued, maxCpuMs: MAX_CPU_MS } });
};

/**
 * The `fast` profile: native code in sandboxed processes. Outputs differ between CPUs in their last bits. Where a
 * process cannot be limited (any platform but Linux) this is the strict executor.
 */
export const createFastExecutor = (options: ExecutorOptions): Executor =>
  process.platform === 'linux'
    ? createSandboxExecutor(createNativeSandboxes(), options)
    : createStrictExecutor(options);

/** The `strict` profile: WebAssembly in worker threads. Outputs are equal bit for bit on every machine. */
export const createStrictExecutor = (options: ExecutorOptions): Executor =>
  createSandboxExecutor(createWasmSandboxes(), options);

/** The memory adapter: gate, input checks, pool and deadlines are the real ones; `compute` stands in for the runtime. */
export const createMemoryExecutor = (compute: Compute, options: ExecutorOptions): Executor =>
  createSandboxExecutor(createMemorySandboxes(compute), options);
