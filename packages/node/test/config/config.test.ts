import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { ConfigError } from '../../src/config/config-error.ts';
import { initHome } from '../../src/config/init.ts';
import { type ConfigSources, loadConfig, type NodeConfig } from '../../src/config/load.ts';
import type { NetworkDescription } from '../../src/config/network.ts';
import { suggest } from '../../src/config/suggest.ts';
import { unlockAccount } from '../../src/keys/keystore.ts';
import { readSecretFile } from '../../src/keys/secret-file.ts';

const address = (byte: string) => `0x${byte.repeat(20)}` as const;

const NETWORK: NetworkDescription = {
  schema: 'mlb.network/1',
  name: 'devnet',
  params: 'devnet',
  rpcUrls: ['http://127.0.0.1:8545'],
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
  bootstrap: ['/ip4/127.0.0.1/tcp/4001/p2p/12D3KooWBoot'],
};

const newHome = async (t: TestContext): Promise<string> => {
  const parent = await mkdtemp(join(tmpdir(), 'mlb-config-'));
  t.after(() => rm(parent, { recursive: true }));
  const home = join(parent, 'home');
  await initHome({ home, network: NETWORK, profile: 'devnet', accounts: [] });
  return home;
};

const withToml = async (t: TestContext, toml: string, sources: Partial<ConfigSources> = {}): Promise<NodeConfig> => {
  const home = await newHome(t);
  await writeFile(join(home, 'config.toml'), toml);
  return loadConfig({ home, ...sources });
};

const refusal =
  (code: string, text: RegExp) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof ConfigError);
    assert.equal(error.code, code);
    assert.match(`${error.message} | ${error.next}`, text);
    return true;
  };

describe('the configuration', () => {
  it('prefers flag to variable to file to network to default', async (t) => {
    const home = await newHome(t);
    await writeFile(join(home, 'config.toml'), '[api]\nport = 3\n');
    const environment = { MLB_API_PORT: '2' };
    const flags = { 'api.port': '1' };
    assert.equal((await loadConfig({ home, environment, flags })).api.port, 1);
    assert.equal((await loadConfig({ home, environment })).api.port, 2);
    assert.equal((await loadConfig({ home })).api.port, 3);
    await writeFile(join(home, 'config.toml'), '');
    const defaults = await loadConfig({ home });
    assert.equal(defaults.api.port, 7101);
    assert.deepEqual(defaults.rpcUrls, NETWORK.rpcUrls);
    assert.equal(defaults.origins['rpc.urls'], 'network devnet');
  });

  it('takes the L2 endpoint from --rpc-url, MLB_RPC_URL or ETH_RPC_URL, in this order', async (t) => {
    const home = await newHome(t);
    const both = { MLB_RPC_URL: 'http://b.example', ETH_RPC_URL: 'http://c.example' };
    const flags = { 'rpc.urls': 'http://a.example, http://z.example' };
    assert.deepEqual((await loadConfig({ home, environment: both, flags })).rpcUrls, [
      'http://a.example',
      'http://z.example',
    ]);
    assert.deepEqual((await loadConfig({ home, environment: both })).rpcUrls, ['http://b.example']);
    const only = { ETH_RPC_URL: 'http://c.example' };
    assert.deepEqual((await loadConfig({ home, environment: only })).rpcUrls, ['http://c.example']);
  });

  it('dials the bootstrap peers of the network and of the file', async (t) => {
    const { p2p } = await withToml(t, '[p2p]\nbootstrap = ["/ip4/10.0.0.1/tcp/1"]\n');
    assert.deepEqual(p2p.bootstrap, [...NETWORK.bootstrap, '/ip4/10.0.0.1/tcp/1']);
  });

  const broken = [
    {
      name: 'an unknown key',
      toml: '[api]\nprot = 1\n',
      code: 'CONFIG_UNKNOWN_KEY',
      text: /api\.prot.*did you mean api\.port\?/,
    },
    {
      name: 'an unknown section',
      toml: '[apj]\nport = 1\n',
      code: 'CONFIG_UNKNOWN_KEY',
      text: /did you mean api\.port\?/,
    },
    { name: 'no TOML', toml: '[api\n', code: 'CONFIG_UNREADABLE', text: /line 1/ },
    {
      name: 'a port out of range',
      toml: '[api]\nport = 70000\n',
      code: 'CONFIG_BAD_VALUE',
      text: /api\.port from .*config\.toml is 70000/,
    },
    { name: 'an empty port', toml: '[api]\nport = ""\n', code: 'CONFIG_BAD_VALUE', text: /api\.port/ },
    { name: 'a list where one value belongs', toml: '[api]\nport = []\n', code: 'CONFIG_BAD_VALUE', text: /api\.port/ },
    {
      name: 'a multiaddr without a slash',
      toml: '[p2p]\nlisten = ["127.0.0.1"]\n',
      code: 'CONFIG_BAD_VALUE',
      text: /multiaddr/,
    },
    { name: 'an unknown profile', toml: '[executor]\nprofile = "quick"\n', code: 'CONFIG_BAD_VALUE', text: /quick/ },
    {
      name: 'an account name that is a path',
      toml: '[accounts]\noperator = "../x"\n',
      code: 'CONFIG_BAD_VALUE',
      text: /account/,
    },
  ] as const;
  for (const { name, toml, code, text } of broken) {
    it(`refuses ${name} with ${code} and says where`, async (t) => {
      await assert.rejects(withToml(t, toml), refusal(code, text));
    });
  }

  it('refuses an unknown MLB_ variable and says which was meant', async (t) => {
    const environment = { MLB_API_PROT: '1' };
    await assert.rejects(
      withToml(t, '', { environment }),
      refusal('CONFIG_UNKNOWN_KEY', /did you mean MLB_API_PORT\?/),
    );
  });

  it('says where to get a network description when the home has none', async (t) => {
    const home = await mkdtemp(join(tmpdir(), 'mlb-config-'));
    t.after(() => rm(home, { recursive: true }));
    await assert.rejects(loadConfig({ home }), refusal('NETWORK_MISSING', /mlb init --network/));
  });

  it('refuses a network description with an unknown contract or without one', async (t) => {
    const home = await newHome(t);
    const { escrow: _, ...addresses } = NETWORK.deployment.addresses;
    const incomplete = { ...NETWORK, deployment: { ...NETWORK.deployment, addresses } };
    await writeFile(join(home, 'network.json'), JSON.stringify(incomplete));
    await assert.rejects(loadConfig({ home }), refusal('NETWORK_BROKEN', /escrow/));
  });
});

describe('a new home', () => {
  it('has a config.toml that says nothing but what its profile says', async (t) => {
    const config = await loadConfig({ home: await newHome(t) });
    assert.deepEqual(config.p2p.listen, ['/ip4/127.0.0.1/tcp/0']);
    assert.equal(config.api.port, 0);
    assert.equal(config.executor.profile, 'fast');
    assert.equal(config.origins['executor.profile'], 'default');
    assert.equal(config.keys.passwordFile, join(config.home.root, 'password'));
  });

  it('names every setting in its config.toml, and stays valid with all of them uncommented', async (t) => {
    const home = await newHome(t);
    const path = join(home, 'config.toml');
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replaceAll(/^# ([A-Za-z]+ = )/gm, '$1'));
    const config = await loadConfig({ home, flags: { 'rpc.urls': 'http://127.0.0.1:1' } });
    const fromFile = Object.values(config.origins).filter((origin) => origin === path);
    assert.equal(fromFile.length, Object.keys(config.origins).length - 1);
  });

  it('keeps every secret in a file of mode 0600, inside a directory of mode 0700', async (t) => {
    const parent = await mkdtemp(join(tmpdir(), 'mlb-config-'));
    t.after(() => rm(parent, { recursive: true }));
    const home = join(parent, 'home');
    await initHome({ home, network: NETWORK, profile: 'devnet' });
    assert.equal((await stat(home)).mode & 0o777, 0o700);
    for (const file of ['peer.key', 'token', 'password', 'keystore/operator.json', 'keystore/session.json'])
      assert.equal((await stat(join(home, file))).mode & 0o777, 0o600, file);
    assert.deepEqual((await readdir(home)).toSorted(), [
      'config.toml',
      'keystore',
      'network.json',
      'password',
      'peer.key',
      'token',
    ]);
  });

  it('opens its accounts with its own password file', async (t) => {
    const parent = await mkdtemp(join(tmpdir(), 'mlb-config-'));
    t.after(() => rm(parent, { recursive: true }));
    const { home, accounts } = await initHome({ home: join(parent, 'home'), network: NETWORK, profile: 'devnet' });
    const password = await readSecretFile(home.passwordFile);
    const opened = await unlockAccount(home.keystoreDirectory, 'operator', password);
    assert.equal(opened.address, accounts[0]?.address);
  });

  it('is never made twice', async (t) => {
    const home = await newHome(t);
    await assert.rejects(
      initHome({ home, network: NETWORK, profile: 'server', accounts: [] }),
      refusal('HOME_EXISTS', /mlb node start --home/),
    );
  });
});

describe('did you mean', () => {
  for (const [word, expected] of [
    ['prot', 'port'],
    ['Port', 'port'],
    ['pot', 'port'],
    ['listn', 'listen'],
    ['completely-else', undefined],
  ] as const)
    it(`answers ${expected ?? 'nothing'} to ${word}`, () =>
      assert.equal(suggest(word, ['port', 'listen', 'profile']), expected));
});
