import assert from 'node:assert/strict';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { failureOf, runMlb, scratch } from './run-mlb.ts';

const address = (byte: string): string => `0x${byte.repeat(20)}`;

const NETWORK = {
  schema: 'mlb.network/1',
  name: 'devnet',
  params: 'devnet',
  rpcUrls: ['http://127.0.0.1:1'],
  deployment: {
    chainId: 31_337,
    startBlock: 1,
    addresses: {
      token: address('01'),
      stakeManager: address('02'),
      operatorRegistry: address('03'),
      modelRegistry: address('04'),
      escrow: address('05'),
      certificate: address('06'),
      settlement: address('07'),
    },
  },
  bootstrap: [],
};

const newHome = async (t: TestContext): Promise<{ readonly home: string; readonly network: string }> => {
  const directory = await scratch(t);
  const network = join(directory, 'network.json');
  await writeFile(network, JSON.stringify(NETWORK));
  return { home: join(directory, 'home'), network };
};

describe('mlb init', () => {
  it('makes a home and prints the next three steps', async (t) => {
    const { home, network } = await newHome(t);
    const { exit, stdout, stderr } = await runMlb([
      'init',
      '--home',
      home,
      '--network',
      network,
      '--profile',
      'devnet',
      '--json',
    ]);
    assert.equal(exit, 0, stderr);
    const made = JSON.parse(stdout);
    assert.equal(made.schema, 'mlb.home/1');
    assert.deepEqual(
      made.accounts.map(({ name }: { readonly name: string }) => name),
      ['operator', 'session'],
    );
    assert.match(
      stderr,
      /1\. send MLB and gas to the operator 0x[\s\S]*2\. mlb node start --home[\s\S]*3\. mlb stake deposit/,
    );
    assert.equal((await stat(join(home, 'token'))).mode & 0o777, 0o600);
  });

  it('does not touch a home that is there', async (t) => {
    const { home, network } = await newHome(t);
    const args = ['init', '--home', home, '--network', network, '--profile', 'devnet', '--json'];
    await runMlb(args);
    const again = await runMlb(args);
    assert.equal(again.exit, 78);
    assert.equal(failureOf(again).code, 'HOME_EXISTS');
  });
});

describe('a home that cannot be made', () => {
  it('is no defect: the path and what to check', async (t) => {
    const { network } = await newHome(t);
    const ran = await runMlb(['init', '--home', join(network, 'home'), '--network', network, '--json']);
    assert.equal(ran.exit, 1);
    assert.equal(failureOf(ran).code, 'FILE_SYSTEM');
    assert.match(failureOf(ran).next, /check the path/);
  });
});

describe('mlb key', () => {
  it('makes accounts and lists them without a password', async (t) => {
    const { home } = await newHome(t);
    const made = await runMlb(['key', 'new', 'requester', '--cost', 'light', '--home', home, '--json']);
    assert.equal(made.exit, 0, made.stderr);
    const { name, address: ofKey } = JSON.parse(made.stdout);
    assert.match(made.stderr, /back up both/);
    const { stdout } = await runMlb(['key', 'ls', '--home', home, '--json']);
    assert.deepEqual(JSON.parse(stdout).keys, [{ name, address: ofKey }]);
    const again = await runMlb(['key', 'new', 'requester', '--cost', 'light', '--home', home, '--json']);
    assert.equal(again.exit, 1);
    assert.equal(failureOf(again).code, 'ACCOUNT_EXISTS');
  });

  it('refuses a password file that others can read', async (t) => {
    const { home, network } = await newHome(t);
    const args = ['key', 'new', 'a', '--home', home, '--password-file', network, '--json'];
    const ran = await runMlb(args);
    assert.equal(ran.exit, 77);
    assert.equal(failureOf(ran).code, 'SECRET_FILE_OPEN');
  });
});

describe('mlb node start', () => {
  it('refuses a broken config.toml with 78 and says which key was meant', async (t) => {
    const { home, network } = await newHome(t);
    await runMlb(['init', '--home', home, '--network', network, '--profile', 'devnet']);
    await writeFile(join(home, 'config.toml'), '[api]\nprot = 1\n');
    const ran = await runMlb(['node', 'start', '--home', home, '--json']);
    assert.equal(ran.exit, 78);
    assert.equal(failureOf(ran).next, 'did you mean api.port?');
  });

  it('refuses a variable out of range and names it', async (t) => {
    const { home, network } = await newHome(t);
    await runMlb(['init', '--home', home, '--network', network, '--profile', 'devnet']);
    const ran = await runMlb(['node', 'start', '--home', home, '--json'], { env: { MLB_API_PORT: '70000' } });
    assert.equal(ran.exit, 78);
    assert.match(failureOf(ran).message, /api\.port from MLB_API_PORT is "70000"/);
  });
});
