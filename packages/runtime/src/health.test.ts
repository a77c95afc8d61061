import { request } from 'node:http';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serveHealth } from './health.ts';

const failures: string[] = [];
let fails = false;
const broken: string[] = [];
let health: Awaited<ReturnType<typeof serveHealth>>;

beforeAll(async () => {
  health = await serveHealth({
    host: '127.0.0.1',
    port: 0,
    checks: () => [
      { name: 'bus', trouble: () => null },
      { name: 'store', trouble: () => 'away' },
    ],
    broken: async () => broken,
    registry: new Registry(),
    refresh: async () => {
      if (fails) throw new Error('no figures');
    },
    log: { error: (_fields, message) => void failures.push(message) },
  });
});
afterAll(() => health.close());

/** As it stands on the wire: nothing is tidied up on the way. */
const ask = (path: string, method = 'GET'): Promise<{ status: number | undefined; body: string }> =>
  new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port: health.port, path, method, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (part) => (body += part));
      response.on('end', () => resolve({ status: response.statusCode, body }));
    })
      .on('error', reject)
      .end();
  });

test.each([
  ['/livez', 200, 'ok\n'],
  ['/readyz', 503, 'store: away\nnot ready\n'],
  ['/readyz?verbose', 503, 'bus: ok\nstore: away\nnot ready\n'],
  ['/metrics', 200, '\n'],
  ['//', 404, 'try /livez, /readyz?verbose, /healthz or /metrics\n'],
  ['//[', 404, 'try /livez, /readyz?verbose, /healthz or /metrics\n'],
  ['http://%', 404, 'try /livez, /readyz?verbose, /healthz or /metrics\n'],
  ['/readyz?%', 503, 'store: away\nnot ready\n'],
])('GET %s', async (path, status, body) => {
  expect(await ask(path)).toEqual({ status, body });
});

test('only GET', async () => {
  expect(await ask('/livez', 'POST')).toMatchObject({ status: 405 });
});

test('what goes wrong is said to the one who asks, logged, and ends nothing', async () => {
  fails = true;
  expect(await ask('/metrics')).toMatchObject({ status: 500 });
  expect(failures).toEqual(['a question to the health server could not be answered']);
  fails = false;
  expect(await ask('/metrics')).toMatchObject({ status: 200 });
});

test('/healthz: well until an invariant is broken, and then which', async () => {
  expect(await ask('/healthz')).toEqual({ status: 200, body: 'invariants: ok\n' });
  broken.push('one_end 1×: a migration ends once');
  expect(await ask('/healthz')).toEqual({ status: 503, body: 'invariant broken: one_end 1×: a migration ends once\n' });
});
