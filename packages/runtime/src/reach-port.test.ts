import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { judge, reachPort } from './reach-port.ts';

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

test('where nobody knows the host, nobody can tell', async () => {
  const unable = expect.stringMatching(/this machine cannot connect|no answer about the name/);
  expect(await reachPort({ host: 'nobody.invalid', port: 1, timeout_ms: 500 })).toEqual({ unable });
});

const failing = (code: string) => Object.assign(new Error(code), { code });

test.each(['ECONNREFUSED', 'ECONNRESET', 'EHOSTUNREACH', 'ETIMEDOUT'])('%s is silence', (code) => {
  expect(judge(failing(code))).toBe(false);
});

test.each([...['ENOTFOUND', 'EAI_AGAIN', 'EMFILE', 'ENFILE', 'ENETUNREACH', 'EADDRNOTAVAIL', 'EACCES', 'EPERM']])(
  '%s is trouble of this machine',
  (code) => {
    expect(judge(failing(code))).toEqual({ unable: `this machine cannot connect (${code})` });
  },
);

test('of several addresses one that refuses is enough', () => {
  const errors = [failing('ENETUNREACH'), failing('ECONNREFUSED')];
  expect(judge(Object.assign(new Error('all'), { errors }))).toBe(false);
});
