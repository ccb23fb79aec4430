import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { describe, test } from 'node:test';
import { FAST_ENGINE, RUNTIME_VERSION, STRICT_ENGINE, WASM_SHA256 } from '../../src/execution/engine-id.ts';

const require = createRequire(import.meta.url);

/** The manifest is not exported by the packages: it stands above the folder of their entry. */
const versionOf = (name: string): string => {
  const dist = path.dirname(require.resolve(name));
  return JSON.parse(readFileSync(path.join(dist, '..', 'package.json'), 'utf8')).version;
};

describe('the engine ids', () => {
  test('name the runtimes that are installed', () => {
    assert.equal(versionOf('onnxruntime-node'), RUNTIME_VERSION);
    assert.equal(versionOf('onnxruntime-web'), RUNTIME_VERSION);
    const wasm = path.join(path.dirname(require.resolve('onnxruntime-web')), 'ort-wasm-simd-threaded.wasm');
    assert.equal(createHash('sha256').update(readFileSync(wasm)).digest('hex'), WASM_SHA256);
  });

  test('tell the profiles apart and fit the registry', () => {
    assert.equal(FAST_ENGINE, 'ort-native/1.30.0');
    assert.equal(STRICT_ENGINE, 'ort-wasm/1.30.0/3398c10d07d229bd');
  });
});
