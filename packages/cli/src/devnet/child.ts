import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A process of ours that said it is ready. */
export interface Child {
  readonly name: string;
  readonly pid: number;
  /** The JSON line it printed when it was ready. */
  readonly ready: Readonly<Record<string, unknown>>;
  /** Resolves when it has ended, however. */
  readonly ended: Promise<void>;
  readonly isRunning: () => boolean;
  /** SIGTERM, and SIGKILL when it does not end in time. */
  readonly stop: () => Promise<void>;
  /** SIGKILL at once, as a power cut would. */
  readonly kill: () => Promise<void>;
}

export interface ChildOptions {
  readonly name: string;
  /** Module of this package, as a URL: runs from sources and from a build alike. */
  readonly module: URL;
  readonly args: readonly string[];
  /** Everything it prints but the ready line. */
  readonly logFile: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly readyTimeoutMs?: number;
}

class ChildError extends Error {
  readonly code: 'CHILD_ENDED' | 'CHILD_SILENT';
  constructor(code: 'CHILD_ENDED' | 'CHILD_SILENT', message: string) {
    super(message);
    this.name = 'ChildError';
    this.code = code;
  }
}

const COMPILE_CACHE = join(tmpdir(), 'mlb-compile-cache');
const READY_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 15_000;

const firstJsonLine = (child: ChildProcess, { name, logFile, readyTimeoutMs }: ChildOptions): Promise<Child['ready']> =>
  new Promise((resolve, reject) => {
    const log = createWriteStream(logFile, { flags: 'a' });
    child.stderr?.pipe(log, { end: false });
    const silent = setTimeout(
      () => reject(new ChildError('CHILD_SILENT', `${name} was not ready in time; its output is in ${logFile}`)),
      readyTimeoutMs ?? READY_TIMEOUT_MS,
    );
    child.once('exit', (code, signal) => {
      clearTimeout(silent);
      reject(new ChildError('CHILD_ENDED', `${name} ended (${signal ?? code}) before it was ready; see ${logFile}`));
    });
    if (child.stdout === null) return;
    createInterface({ input: child.stdout }).on('line', (line) => {
      log.write(`${line}\n`);
      if (!line.startsWith('{')) return;
      clearTimeout(silent);
      resolve(JSON.parse(line));
    });
  });

/** Starts a module in a process of its own and waits until it says that it is ready. Throws ChildError. */
export const startChild = async (options: ChildOptions): Promise<Child> => {
  const child = spawn(process.execPath, [...process.execArgv, options.module.pathname, ...options.args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    // Many processes of one program: what one compiles the others read.
    env: { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE, ...options.env },
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
  const kill = async (): Promise<void> => {
    if (isRunning()) child.kill('SIGKILL');
    await ended;
  };
  const stop = async (): Promise<void> => {
    if (!isRunning()) return;
    child.kill('SIGTERM');
    const forced = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await ended;
    clearTimeout(forced);
  };
  try {
    const ready = await firstJsonLine(child, options);
    return { name: options.name, pid: child.pid ?? 0, ready, ended, isRunning, stop, kill };
  } catch (error) {
    await kill();
    throw error;
  }
};
