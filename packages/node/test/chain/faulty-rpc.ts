import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What an L2's RPC can do to us. `wrong-shape`: JSON-RPC whose results are of no use. */
export type RpcFault = 'none' | 'rate-limited' | 'server-error' | 'hang' | 'garbage' | 'wrong-shape' | 'cut-off';

/** An L2 behind a gateway that fails as told. */
export interface FaultyRpc {
  /** With a secret in its path, as providers have it. */
  readonly url: string;
  fault: RpcFault;
  /** Requests that the fault met. */
  failed: number;
  readonly close: () => Promise<void>;
}

const read = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
};

const fail = (fault: Exclude<RpcFault, 'none'>, response: ServerResponse): void => {
  switch (fault) {
    case 'rate-limited':
      response.writeHead(429, { 'retry-after': '1' }).end('slow down');
      break;
    case 'server-error':
      response.writeHead(500).end('oops');
      break;
    case 'hang':
      break;
    case 'garbage':
      response.writeHead(200, { 'content-type': 'application/json' }).end('<html>welcome to our wifi</html>');
      break;
    case 'wrong-shape':
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end('{"jsonrpc":"2.0","id":1,"result":{"number":7}}');
      break;
    case 'cut-off':
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '4096' });
      response.write('{"jsonrpc":"2.0",', () => response.destroy());
      break;
  }
};

export const openFaultyRpc = async (target: string): Promise<FaultyRpc> => {
  const forward = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await read(request);
    if (rpc.fault !== 'none') {
      rpc.failed += 1;
      return fail(rpc.fault, response);
    }
    const answer = await fetch(target, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
  };
  const server = createServer((request, response) => void forward(request, response).catch(() => response.destroy()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const rpc: FaultyRpc = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v3/s3cret`,
    fault: 'none',
    failed: 0,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return rpc;
};
