import { serveNativeSession } from './native-serve.ts';
import { admitModel } from './onnx-gate.ts';

// Entry of the sandboxed process. It reads requests from stdin and writes replies to stdout until stdin ends.

await serveNativeSession(admitModel);
