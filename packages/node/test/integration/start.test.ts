import assert from 'node:assert/strict';
import { rm, truncate, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { createTestHome, NO_DEPLOYMENT, type TestHome } from './daemon-home.ts';

/** Nothing listens there: the L2 is down in all of these. */
const DOWN = 'http://127.0.0.1:1';

const refusal = async (starting: Promise<unknown>): Promise<{ readonly code: unknown; readonly message: string }> => {
  try {
    await starting;
  } catch (error) {
    assert.ok(error instanceof Error);
    return { code: 'code' in error ? error.code : undefined, message: error.message };
  }
  throw new Error('it started');
};

describe('a daemon that cannot start', () => {
  let home: TestHome;
  let taken: Server;
  let port: number;

  before(async () => {
    taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    port = (taken.address() as AddressInfo).port;
  });
  after(() => void taken.close());
  beforeEach(async (t) => {
    home = await createTestHome({ deployment: NO_DEPLOYMENT, rpcUrl: DOWN });
    if ('after' in t) t.after(home.close);
  });

  it('says which port of the API is in use, and starts on another one at once', async () => {
    const { code, message } = await refusal(home.start({ 'api.port': String(port) }));
    assert.equal(code, 'API_PORT_IN_USE');
    assert.match(message, new RegExp(String(port)));
    // Whatever it had opened is closed again: the store is not locked, the guard not open.
    await home.start();
  });

  it('says which address of the peer-to-peer network is in use', async () => {
    const listen = `/ip4/127.0.0.1/tcp/${port}`;
    const { code, message } = await refusal(home.start({ 'p2p.listen': listen }));
    assert.equal(code, 'LISTEN_FAILED');
    assert.ok(message.includes(listen), message);
    await home.start();
  });

  it('says that another daemon has the home, and leaves that one alone', async () => {
    await home.start();
    const { code, message } = await refusal(home.start());
    assert.equal(code, 'STORE_LOCKED');
    assert.ok(message.includes(home.paths.storeDirectory), message);
    const client = await home.client();
    assert.equal((await client.nodeStatus()).schema, 'mlb.node/1');
  });

  it('will not sign when its guard file is corrupt', async () => {
    await (await home.start()).stop();
    await writeFile(join(home.paths.root, 'guard.high-water'), new Uint8Array(8192).fill(0x5a));
    const { code, message } = await refusal(home.start());
    assert.equal(code, 'GUARD_CORRUPT');
    assert.match(message, /rotate to a new session key/);
  });

  it('will not sign when its guard file was cut short', async () => {
    await (await home.start()).stop();
    await truncate(join(home.paths.root, 'guard.high-water'), 16);
    assert.equal((await refusal(home.start())).code, 'GUARD_CORRUPT');
  });

  it('will not begin anew when its database is gone but its guard file says that there was one', async () => {
    await (await home.start()).stop();
    await rm(join(home.paths.storeDirectory, 'level'), { recursive: true });
    assert.equal((await refusal(home.start())).code, 'STORE_MISSING');
  });

  it('says that the keystore does not open when the password is another one', async () => {
    await writeFile(home.paths.passwordFile, 'guess\n');
    assert.equal((await refusal(home.start())).code, 'WRONG_PASSWORD');
  });
});
