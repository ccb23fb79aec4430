import { type ChildProcessByStdio, execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as lengthPrefixed from 'it-length-prefixed';
import { createAnswerSlot, type Sandbox, type SandboxExit, type SandboxFactory } from './sandbox.ts';
import { MAX_FRAME_BYTES } from './sandbox-frame.ts';
import { isSource, moduleUrl } from './source-or-built.ts';

export interface NativeLimits {
  /** RLIMIT_DATA of the process: heap and anonymous memory. Node needs 1 GiB to start. */
  readonly memoryBytes: number;
  /** RLIMIT_CPU of the whole life of the process: the backstop should the daemon die while a run hangs. */
  readonly cpuSec: number;
}

export const NATIVE_LIMITS: NativeLimits = { memoryBytes: 1536 * 1024 * 1024, cpuSec: 600 };

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** V8's own heap; tensors and sessions live outside it, under RLIMIT_DATA. */
const V8_HEAP_MB = 256;
const STDERR_KEPT_CHARS = 2_000;
const PATH = '/usr/bin:/bin';

/** The prefix that takes the network away, where the kernel and our rights allow it. */
const networkless = async (): Promise<readonly string[]> => {
  for (const prefix of [
    ['unshare', '-n'],
    ['unshare', '-rn'],
  ]) {
    const [command = '', ...args] = prefix;
    try {
      await promisify(execFile)(command, [...args, 'true'], { env: { PATH }, timeout: 2_000 });
      return prefix;
    } catch {
      // Not allowed here: the next one, or the network stays. The gate and the empty environment still hold.
    }
  }
  return [];
};

const start = (entry: URL, cwd: string, prefix: readonly string[], limits: NativeLimits): Child => {
  // dash sets one limit per ulimit command. The entry and node's path are arguments, never part of the script.
  const script = [
    `ulimit -d ${Math.floor(limits.memoryBytes / 1024)}`,
    `ulimit -t ${limits.cpuSec}`,
    'ulimit -c 0',
    'ulimit -f 0',
    'exec "$@"',
  ].join('; ');
  const conditions = isSource ? ['--conditions=@mlb/source'] : [];
  const node = [process.execPath, `--max-old-space-size=${V8_HEAP_MB}`, ...conditions, fileURLToPath(entry)];
  return spawn('/bin/sh', ['-c', script, 'sh', ...prefix, ...node], {
    cwd,
    // A process group of its own: Ctrl-C on the daemon drains, it must not kill the runs it waits for.
    detached: true,
    // Nothing of the daemon's environment; from 1.29 on ONNX Runtime phones home unless told not to.
    env: { PATH, ORT_DISABLE_TELEMETRY: '1' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
};

const exitOf = (code: number | null, signal: string | null, stderr: string): SandboxExit => {
  const reason = /out of memory|bad_alloc|allocation failed/i.test(stderr) ? 'OUT_OF_MEMORY' : 'CRASH';
  const lastLine = stderr.trim().split('\n').at(-1) ?? '';
  return { reason, detail: `the process ended (${signal ?? `exit code ${code}`}) ${lastLine}`.trim() };
};

const sandboxOf = (child: Child): Sandbox => {
  const slot = createAnswerSlot();
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-STDERR_KEPT_CHARS);
  });
  const { promise: closed, resolve: onClosed } = Promise.withResolvers<void>();
  child.on('close', (code, signal) => {
    slot.exit(exitOf(code, signal, stderr));
    onClosed();
  });
  child.on('error', (error) => slot.exit({ reason: 'CRASH', detail: `the process did not start: ${error.message}` }));
  // A dead process closes the pipe before 'close' tells why: the exit answers, not the broken pipe.
  child.stdin.on('error', () => {});
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await closed;
  };
  const read = async (): Promise<void> => {
    try {
      for await (const frame of lengthPrefixed.decode(child.stdout, { maxDataLength: MAX_FRAME_BYTES })) {
        slot.reply(frame.subarray());
      }
    } catch (error) {
      slot.exit({ reason: 'CRASH', detail: `unreadable output: ${String(error)}` });
      child.kill('SIGKILL');
    }
  };
  void read();
  const request: Sandbox['request'] = (frame) => {
    const answer = slot.ask();
    for (const chunk of lengthPrefixed.encode.single(frame, { maxDataLength: MAX_FRAME_BYTES }))
      child.stdin.write(chunk);
    return answer;
  };
  return { request, kill };
};

/** Native ONNX Runtime in processes of its own. Linux only: elsewhere there are no limits to put on a process. */
export const createNativeSandboxes = (
  limits: NativeLimits = NATIVE_LIMITS,
  entry: URL = moduleUrl('native-child', import.meta.url),
): SandboxFactory => {
  let shared: Promise<{ readonly cwd: string; readonly prefix: readonly string[] }> | undefined;
  const prepare = async () => ({
    // Empty, so that a model that names a file finds none.
    cwd: await mkdtemp(path.join(tmpdir(), 'mlb-sandbox-')),
    prefix: await networkless(),
  });
  return {
    spawn: async () => {
      shared ??= prepare();
      const { cwd, prefix } = await shared;
      return sandboxOf(start(entry, cwd, prefix, limits));
    },
    close: async () => {
      if (shared !== undefined) await rm((await shared).cwd, { recursive: true, force: true });
      shared = undefined;
    },
  };
};
