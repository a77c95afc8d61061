import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A port of this machine that leads to another and can be shut: whoever knocks then is refused. */
export type Gate = { port: number; shut: () => Promise<void>; open: () => Promise<void> };

export async function openGate(to: number): Promise<Gate> {
  const passing = new Set<Socket>();
  const server = createServer((from) => {
    const beyond = connect(to, '127.0.0.1');
    for (const [one, other] of [
      [from, beyond],
      [beyond, from],
    ] as const) {
      passing.add(one);
      one
        .on('error', () => other.destroy())
        .on('close', () => {
          passing.delete(one);
          other.destroy();
        });
    }
    from.pipe(beyond).pipe(from);
  });
  const open = async (port: number): Promise<number> => {
    await once(server.listen(port, '127.0.0.1'), 'listening');
    return (server.address() as { port: number }).port;
  };
  const port = await open(0);
  return {
    port,
    open: async () => void (await open(port)),
    shut: async () => {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      for (const socket of passing) socket.destroy();
      await closed;
    },
  };
}
