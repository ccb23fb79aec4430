import assert from 'node:assert/strict';
import { chmod, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { failureOf, runMlb, scratch, startHome } from './run-mlb.ts';

const mistakes = [
  { args: ['pear', 'ls'], code: 'USAGE', exit: 2, next: /did you mean peer\?/ },
  { args: ['peer', 'dail', '/x'], code: 'USAGE', exit: 2, next: /did you mean dial\?/ },
  { args: ['peer', 'ls', '--jsno'], code: 'USAGE', exit: 2, next: /did you mean --json\?/ },
  { args: ['task', 'submit', 'm', '--inptu', 'a=1'], code: 'USAGE', exit: 2, next: /did you mean --input\?/ },
  { args: ['peer', 'dial'], code: 'USAGE', exit: 2, message: /multiaddr/ },
  { args: ['peer', 'id', 'extra'], code: 'USAGE', exit: 2, message: /too many arguments/ },
  { args: ['task', 'submit', 'm'], code: 'USAGE', exit: 2, message: /at least one input/ },
  { args: ['task', 'submit', 'm', '-i', 'image'], code: 'BAD_INPUT', exit: 2, message: /no "="/ },
  { args: ['task', 'submit', 'm', '-i', 'image={'], code: 'BAD_INPUT', exit: 2, message: /no JSON/ },
  {
    args: ['task', 'submit', 'm', '-i', 'image=@/none'],
    code: 'FILE_UNREADABLE',
    exit: 2,
    message: /\/none does not exist/,
  },
  {
    args: ['task', 'submit', 'mnist', '-i', 'image=[1,2]'],
    code: 'BAD_INPUT',
    exit: 2,
    message: /2 elements, the model declares \[\?, 1, 2, 2\]/,
  },
  {
    args: ['task', 'submit', 'mnist', '-i', 'pixels=[1]'],
    code: 'BAD_INPUT',
    exit: 2,
    message: /no such input; it has image/,
  },
  {
    args: ['task', 'submit', 'mnist', '-i', 'image=[[[[0,1],[2,3]]]]', '--max-fee', '0wei'],
    code: 'NOT_ENOUGH_ESCROW',
    exit: 1,
    next: /mlb escrow deposit/,
  },
  { args: ['task', 'submit', 'm', '-i', 'a=1', '--wait', 'soon'], code: 'USAGE', exit: 2, message: /agreed, settled/ },
  { args: ['task', 'submit', 'm', '-i', 'a=1', '--redundancy', '99'], code: 'USAGE', exit: 2, message: /3 to 15/ },
  { args: ['task', 'show', '0x12'], code: 'BAD_REQUEST', exit: 2, message: /32 bytes/ },
  { args: ['task', 'show', `0x${'99'.repeat(32)}`], code: 'TASK_UNKNOWN', exit: 1, next: /mlb task ls/ },
  { args: ['model', 'show', 'nope'], code: 'MODEL_UNKNOWN', exit: 1, next: /mlb model ls/ },
  { args: ['stake', 'deposit', '50000'], code: 'USAGE', exit: 2, message: /Did you mean 50000mlb\?/ },
  {
    args: ['stake', 'deposit', '1mlb', '--role', 'boss'],
    code: 'USAGE',
    exit: 2,
    message: /there are model, compute, verifier/,
  },
  { args: ['peer', 'dial', 'nowhere'], code: 'BAD_MULTIADDR', exit: 2, message: /no multiaddr/ },
  {
    args: ['peer', 'dial', '/ip4/127.0.0.1/tcp/1/p2p/x'],
    code: 'PEER_UNREACHABLE',
    exit: 69,
    message: /nobody answers/,
  },
  { args: ['key', 'new', '../x'], code: 'BAD_ACCOUNT_NAME', exit: 2, message: /no account name/ },
  { args: ['init'], code: 'NETWORK_MISSING', exit: 78, next: /mlb init --network FILE/ },
  { args: ['node', 'start', '--network', '/none.json'], code: 'NETWORK_MISSING', exit: 78, message: /\/none\.json/ },
  { args: ['node', 'start', '--api.prot', '1'], code: 'USAGE', exit: 2, next: /did you mean --api\.port\?/ },
  { args: ['peer', 'ls', '--timeout', 'soon'], code: 'USAGE', exit: 2, message: /500ms, 30s, 5m or 1h/ },
] as const;

describe('a mistake is answered with what happened, what to do, a code, and an exit code', () => {
  for (const { args, code, exit, ...texts } of mistakes) {
    it(`mlb ${args.join(' ').slice(0, 70)} -> ${exit} ${code}`, async (t) => {
      const { mlb } = await startHome(t);
      const ran = await mlb([...args, '--json']);
      assert.equal(ran.exit, exit, ran.stderr);
      assert.equal(ran.stdout, '');
      const failure = failureOf(ran);
      assert.equal(failure.code, code);
      if ('message' in texts) assert.match(failure.message, texts.message);
      if ('next' in texts) assert.match(failure.next, texts.next);
      assert.doesNotMatch(ran.stderr, /\n\s+at /);
    });
  }
});

describe('without a daemon', () => {
  it('mlb peer dial says so and how to start one, and exits 69', async (t) => {
    const home = await scratch(t);
    const { exit, stdout, stderr } = await runMlb(['--home', home, 'peer', 'dial', '/ip4/127.0.0.1/tcp/1']);
    assert.equal(exit, 69);
    assert.equal(stdout, '');
    assert.match(stderr, /error no daemon runs for the home/);
    assert.match(stderr, /mlb node start --home/);
    assert.match(stderr, /code {2}DAEMON_UNREACHABLE/);
  });

  it('a url file left by a killed daemon is no daemon', async (t) => {
    const { mlb, server, home } = await startHome(t);
    await server.close();
    await writeFile(join(home, 'api.url'), `${server.url}\n`);
    const ran = await mlb(['peer', 'ls', '--json']);
    assert.equal(ran.exit, 69);
    assert.match(failureOf(ran).message, /no daemon answers at http/);
  });
});

describe('the token', () => {
  it('of another daemon is refused with 77', async (t) => {
    const { mlb, home } = await startHome(t);
    await writeFile(join(home, 'token'), 'another\n', { mode: 0o600 });
    const ran = await mlb(['peer', 'ls', '--json']);
    assert.equal(ran.exit, 77);
    assert.equal(failureOf(ran).code, 'UNAUTHORIZED');
  });

  it('in a file that others can read is refused with 77 and chmod', async (t) => {
    const { mlb, home } = await startHome(t);
    await chmod(join(home, 'token'), 0o644);
    const ran = await mlb(['peer', 'ls', '--json']);
    assert.equal(ran.exit, 77);
    assert.match(failureOf(ran).next, /^chmod 600 /);
  });

  it('is missing: 77', async (t) => {
    const { mlb, home } = await startHome(t);
    await rm(join(home, 'token'));
    assert.equal((await mlb(['peer', 'ls'])).exit, 77);
  });

  it('and the API are named by flags or variables before the home’s', async (t) => {
    const { server, home } = await startHome(t);
    const elsewhere = await scratch(t);
    const flags = ['--home', elsewhere, '--api', server.url, '--token-file', join(home, 'token')];
    assert.equal((await runMlb([...flags, 'peer', 'id'])).exit, 0);
    const env = { MLB_HOME: elsewhere, MLB_API: server.url, MLB_TOKEN_FILE: join(home, 'token') };
    assert.equal((await runMlb(['peer', 'id'], { env })).exit, 0);
    assert.equal((await runMlb(['peer', 'id'], { env: { MLB_HOME: home } })).exit, 0);
  });
});

describe('an API that is no daemon', () => {
  it('is named as such, with 69', async (t) => {
    const { mlb, home } = await startHome(t);
    const { createServer } = await import('node:http');
    const other = createServer((_request, response) => response.writeHead(404).end('hello'));
    const listening = Promise.withResolvers<void>();
    other.listen(0, '127.0.0.1', listening.resolve);
    await listening.promise;
    t.after(() => other.close());
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await writeFile(join(home, 'api.url'), `http://127.0.0.1:${port}\n`);
    const ran = await mlb(['peer', 'ls', '--json']);
    assert.equal(ran.exit, 69);
    assert.equal(failureOf(ran).code, 'NOT_A_DAEMON');
  });
});
