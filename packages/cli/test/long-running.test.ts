import assert from 'node:assert/strict';
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it, type TestContext } from 'node:test';

const FIXTURE = new URL('./fixture/long-running.ts', import.meta.url).pathname;

const startFixture = async (t: TestContext): Promise<ChildProcessWithoutNullStreams> => {
  const child = spawn(process.execPath, ['--conditions=@mlb/source', FIXTURE], { stdio: 'pipe' });
  t.after(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child;
};

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  describe(`a daemon that gets ${signal}`, () => {
    it('once: finishes what is in flight and exits 0', async (t) => {
      const child = await startFixture(t);
      child.kill(signal);
      const [note] = await once(child.stderr, 'data');
      assert.equal(String(note), 'stopping gracefully, once more to force\n');
      assert.equal(child.exitCode, null);
      child.stdin.end();
      assert.deepEqual(await once(child, 'exit'), [0, null]);
    });

    it('twice: stops at once and exits 130', async (t) => {
      const child = await startFixture(t);
      child.kill(signal);
      await once(child.stderr, 'data');
      child.kill(signal);
      assert.deepEqual(await once(child, 'exit'), [130, null]);
    });
  });
}
