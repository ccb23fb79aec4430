import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** The wire to an L2: it can be cut, and mended at the same address. */
export interface L2Line {
  readonly rpcUrl: string;
  /** Cut connections end at once; new ones are closed unread. */
  readonly cut: () => void;
  readonly mend: () => void;
  readonly close: () => Promise<void>;
}

export const openL2Line = async (target: string, { isCut }: { readonly isCut: boolean }): Promise<L2Line> => {
  const port = Number(new URL(target).port);
  const sockets = new Set<Socket>();
  let cut = isCut;
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
  };
  const server = createServer((incoming) => {
    keep(incoming);
    if (cut) return void incoming.destroy();
    const outgoing = keep(connect(port, '127.0.0.1'));
    incoming.pipe(outgoing).pipe(incoming);
    incoming.on('close', () => outgoing.destroy());
    outgoing.on('close', () => incoming.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const drop = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    rpcUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut: () => {
      cut = true;
      drop();
    },
    mend: () => {
      cut = false;
    },
    close: async () => {
      drop();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
