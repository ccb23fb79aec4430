import assert from 'node:assert/strict';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys';
import { toHex } from '@mlb/protocol';
import { createPeerKey, loadPeerKey } from '../../src/keys/peer-key.ts';

const emptyDirectory = async (t: TestContext): Promise<string> => {
  const directory = await mkdtemp(join(tmpdir(), 'mlb-peer-'));
  t.after(() => rm(directory, { recursive: true }));
  return directory;
};

describe('the peer key', () => {
  it('is the same after a restart, in a file of mode 0600', async (t) => {
    const path = join(await emptyDirectory(t), 'peer.key');
    const created = await createPeerKey(path);
    const loaded = await loadPeerKey(path);
    assert.deepEqual(loaded.seed, created.seed);
    assert.equal(loaded.publicKey, created.publicKey);
    assert.equal((await stat(path)).mode & 0o777, 0o600);
  });

  it('has the public key and the signatures of libp2p', async (t) => {
    const { seed, publicKey, sign } = await createPeerKey(join(await emptyDirectory(t), 'peer.key'));
    const libp2pKey = await generateKeyPairFromSeed('Ed25519', seed);
    assert.equal(publicKey, toHex(libp2pKey.publicKey.raw));
    const message = new TextEncoder().encode('binding');
    assert.equal(await libp2pKey.publicKey.verify(message, sign(message)), true);
  });

  it('is never overwritten', async (t) => {
    const path = join(await emptyDirectory(t), 'peer.key');
    await createPeerKey(path);
    await assert.rejects(createPeerKey(path), { code: 'EEXIST' });
  });

  it('is refused when the file holds something else', async (t) => {
    const path = join(await emptyDirectory(t), 'peer.key');
    await writeFile(path, 'not a key\n', { mode: 0o600 });
    await assert.rejects(loadPeerKey(path), { code: 'SECRET_FILE_BROKEN' });
  });
});
