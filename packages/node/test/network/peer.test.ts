import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { Bytes32, toHex } from '@mlb/protocol';
import { keyOfPeerId, peerIdOfKey } from '../../src/network/peer-id.ts';
import { startPeer } from './loopback.ts';
import { until } from './within.ts';

const soon = (): AbortSignal => AbortSignal.timeout(10_000);
const SOMEBODY = '12D3KooWHHzSeKaY8xuZVzkLbKFfvNgPPeKhFBGrMbNzbm5akpqu';

test('a peer id is its Ed25519 public key, and back', async (t) => {
  const peer = await startPeer(t);
  assert.equal(peerIdOfKey(peer.peerKey), peer.peerId);
  for (let i = 0; i < 20; i += 1) {
    const key = Bytes32(toHex(randomBytes(32)));
    assert.equal(keyOfPeerId(peerIdOfKey(key)), key);
  }
  for (const other of ['', 'garbage', 'QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn']) {
    assert.equal(keyOfPeerId(other), undefined);
  }
});

test('a port in use is LISTEN_FAILED and names the port', async (t) => {
  const first = await startPeer(t);
  const listen = [first.multiaddrs()[0]?.split('/p2p/')[0] ?? ''];
  const attempt = startPeer(t, { listen });
  await assert.rejects(attempt, { name: 'NetworkError', code: 'LISTEN_FAILED', message: /port is in use/ });
});

test('a bootstrap address without a peer id, and garbage, are BAD_ADDRESS', async (t) => {
  for (const address of ['/ip4/127.0.0.1/tcp/4801', 'garbage', '/nonsense/1', SOMEBODY]) {
    await assert.rejects(startPeer(t, { bootstrap: [address] }), { name: 'NetworkError', code: 'BAD_ADDRESS' });
  }
});

test('dial and ping work by multiaddr and by peer id; garbage and dead addresses are told apart', async (t) => {
  const [a, b] = [await startPeer(t), await startPeer(t)];
  const address = b.multiaddrs()[0] ?? '';
  assert.equal(await a.dial(address, soon()), b.peerId);
  assert.ok((await a.ping(b.peerId, soon())) > 0);
  assert.deepEqual(
    a.connections().map(({ peerId, direction }) => [peerId, direction]),
    [[b.peerId, 'outbound']],
  );
  await assert.rejects(a.dial('garbage', soon()), { code: 'BAD_ADDRESS' });
  await assert.rejects(a.dial(`/ip4/127.0.0.1/tcp/1/p2p/${SOMEBODY}`, soon()), { code: 'PEER_UNREACHABLE' });
  await assert.rejects(a.ping(`/ip4/127.0.0.1/tcp/1/p2p/${SOMEBODY}`, soon()), { code: 'PEER_UNREACHABLE' });
});

test('a bootstrap peer that restarts on its port is connected again without anybody asking', async (t) => {
  const privateKey = new Uint8Array(randomBytes(32));
  const first = await startPeer(t, { privateKey });
  const listen = [first.multiaddrs()[0]?.split('/p2p/')[0] ?? ''];
  const other = await startPeer(t, { bootstrap: first.multiaddrs() });
  await until('the first connection', () => other.connections().length > 0);
  await first.close();
  await until('the loss', () => other.connections().length === 0);
  const second = await startPeer(t, { privateKey, listen });
  await until('the new connection', () => second.connections().some(({ peerId }) => peerId === other.peerId));
});

test('a peer that only knows the bootstrap peer reaches a third one by the DHT', async (t) => {
  const hub = await startPeer(t);
  const [a, b] = await Promise.all([
    startPeer(t, { bootstrap: hub.multiaddrs() }),
    startPeer(t, { bootstrap: hub.multiaddrs() }),
  ]);
  await until('both at the hub', () => hub.connections().length >= 2);
  const { promise, resolve } = Promise.withResolvers<string>();
  b.streams.handle('/mlb/test/1.0.0', async (_, from) => resolve(from));
  await a.streams.send(b.peerId, '/mlb/test/1.0.0', new Uint8Array(1), soon());
  assert.equal(await promise, a.peerId);
});
