import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DevnetTimeoutError, until } from '../../src/devnet/until.ts';

test('an answer ends the wait', async () => {
  const answers = [undefined, 'here'];
  assert.equal(await until('it is here', async () => answers.shift(), 60_000), 'here');
});

test('what never comes is an error that names it and what to do', async () => {
  await assert.rejects(
    until('pigs fly', async () => undefined, 0),
    (error) => {
      assert.ok(error instanceof DevnetTimeoutError);
      assert.match(error.message, /pigs fly/);
      assert.match(error.next, /daemon\.log/);
      return true;
    },
  );
});
