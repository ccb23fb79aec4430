import { admitModel } from './onnx-gate.ts';
import { serveWasmSession } from './wasm-serve.ts';

// Entry of the strict profile's worker thread.

serveWasmSession(admitModel);
