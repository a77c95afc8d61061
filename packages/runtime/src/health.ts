import { createServer, type IncomingMessage } from 'node:http';
import type { Registry } from 'prom-client';
import type { Log } from './define-service.ts';

export type Check = { name: string; trouble: () => string | null };

type Sources = {
  checks: () => Check[];
  /** What was promised never to happen and did, since this process started. */
  broken: () => Promise<string[]>;
  registry: Registry;
  refresh: () => Promise<void>;
  log: Pick<Log, 'error'>;
};
type Answer = { status: number; body: string; type?: string };

async function answer({ method, url = '/' }: IncomingMessage, sources: Sources): Promise<Answer> {
  const [path, query] = url.split('?', 2);
  if (method !== 'GET') return { status: 405, body: 'only GET\n' };
  if (path === '/livez') return { status: 200, body: 'ok\n' };
  if (path === '/readyz') return readiness(sources.checks(), new URLSearchParams(query).has('verbose'));
  if (path === '/healthz') return promises(await sources.broken());
  if (path !== '/metrics') return { status: 404, body: 'try /livez, /readyz?verbose, /healthz or /metrics\n' };
  await sources.refresh();
  return { status: 200, body: await sources.registry.metrics(), type: sources.registry.contentType };
}

function readiness(checks: Check[], isVerbose: boolean): Answer {
  const results = checks.map(({ name, trouble }) => ({ name, trouble: trouble() }));
  const bad = results.filter(({ trouble }) => trouble !== null);
  const lines = (isVerbose ? results : bad).map(({ name, trouble }) => `${name}: ${trouble ?? 'ok'}`);
  const [status, verdict] = bad.length === 0 ? [200, 'ready'] : [503, 'not ready'];
  return { status, body: `${[...lines, verdict].join('\n')}\n` };
}

function promises(broken: string[]): Answer {
  if (broken.length === 0) return { status: 200, body: 'invariants: ok\n' };
  return { status: 503, body: `${broken.map((line) => `invariant broken: ${line}`).join('\n')}\n` };
}

/** `/livez` says that the process turns, `/readyz[?verbose]` that it can work, `/healthz` that no invariant was broken, `/metrics` what it has done. */
export async function serveHealth(
  options: Sources & { host: string; port: number },
): Promise<{ port: number; close: () => Promise<void> }> {
  const server = createServer((request, response) => {
    const send = ({ status, body, type = 'text/plain; charset=utf-8' }: Answer): void => {
      response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
    };
    answer(request, options).then(send, (error: unknown) => {
      options.log.error({ error }, 'a question to the health server could not be answered');
      send({ status: 500, body: 'failed; the log says why\n' });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new Error(
              `port ${options.port} of ${options.host} is taken: set EVENKEEL_HTTP_PORT to another, or to 0 for any`,
            )
          : error,
      ),
    );
    server.listen(options.port, options.host, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : options.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
