import assert from 'node:assert/strict';
import { open, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { sha256, tag, ZERO_BYTES32 } from '@mlb/protocol';
import { createHighWaterFile, openHighWaterFile } from '../../src/signing/high-water.ts';
import { temporaryDirectory } from '../store/directory.ts';

const markAt = (sequence: number) => ({ sequence, hash: sha256(tag(String(sequence))) });
const corrupt = { name: 'SigningGuardError', code: 'GUARD_CORRUPT' };

test('the last mark is read back', async (t) => {
  const path = join(await temporaryDirectory(t), 'hw');
  await createHighWaterFile(path);
  for (const sequences of [[1, 2, 3], [7], [8, 9]]) {
    const file = await openHighWaterFile(path);
    for (const sequence of sequences) await file.write(markAt(sequence));
    await file.close();
    const again = await openHighWaterFile(path);
    assert.deepEqual(again.read(), markAt(sequences.at(-1) ?? 0));
    await again.close();
  }
});

test('a new file starts at zero, belongs to its owner alone, and is never made twice', async (t) => {
  const path = join(await temporaryDirectory(t), 'hw');
  await createHighWaterFile(path);
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  const file = await openHighWaterFile(path);
  assert.deepEqual(file.read(), { sequence: 0, hash: ZERO_BYTES32 });
  await file.close();
  await assert.rejects(createHighWaterFile(path), { code: 'EEXIST' });
});

const damage = async (path: string, offset: number): Promise<void> => {
  const file = await open(path, 'r+');
  await file.write(new Uint8Array([0xff, 0xff]), 0, 2, offset);
  await file.close();
};

test('one torn slot leaves the mark before it', async (t) => {
  const path = join(await temporaryDirectory(t), 'hw');
  await createHighWaterFile(path);
  const file = await openHighWaterFile(path);
  await file.write(markAt(1));
  await file.write(markAt(2));
  await file.close();
  await damage(path, 3);
  const again = await openHighWaterFile(path);
  assert.deepEqual(again.read(), markAt(1));
  await again.close();
});

test('two torn slots, an empty file and a missing one are a safety stop', async (t) => {
  const path = join(await temporaryDirectory(t), 'hw');
  await assert.rejects(openHighWaterFile(path), corrupt);
  await createHighWaterFile(path);
  await damage(path, 3);
  await assert.rejects(openHighWaterFile(path), corrupt);
  await truncate(path, 0);
  await assert.rejects(openHighWaterFile(path), corrupt);
  await rm(path);
  await assert.rejects(openHighWaterFile(path), corrupt);
});
