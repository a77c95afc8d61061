import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { reachPort } from './reach-port.ts';

test('a port that accepts is reached, one that refuses is not, and nothing is sent', async () => {
  const heard: Buffer[] = [];
  const server = createServer((socket) => socket.on('data', (data) => heard.push(data)).on('error', () => {}));
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
  });
  const to = { host: '127.0.0.1', port, timeout_ms: 2000 };
  expect(await reachPort(to)).toBe(true);
  await new Promise((resolve) => server.close(resolve));
  expect(await reachPort(to)).toBe(false);
  expect(heard).toEqual([]);
});

test('a host that nobody knows is not reached', async () => {
  expect(await reachPort({ host: 'nobody.invalid', port: 1, timeout_ms: 500 })).toBe(false);
});
