/** Part of every result's meaning: another version gives other last bits. */
export const RUNTIME_VERSION: string = '1.30.0';

/** sha256 of ort-wasm-simd-threaded.wasm of onnxruntime-web 1.30.0; a worker refuses to start on any other. */
export const WASM_SHA256: string = '3398c10d07d229bd91b364548e130e0e51a8e5704b88c7c083ebbeb78842dee2';

/** The engine id that a model's record carries for the `strict` profile. */
export const STRICT_ENGINE: string = `ort-wasm/${RUNTIME_VERSION}/${WASM_SHA256.slice(0, 16)}`;

/** The engine id of the `fast` profile. */
export const FAST_ENGINE: string = `ort-native/${RUNTIME_VERSION}`;
