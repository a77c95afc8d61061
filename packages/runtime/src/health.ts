import { createServer } from 'node:http';
import type { Registry } from 'prom-client';

export type Check = { name: string; trouble: () => string | null };

/** `/livez` says that the process turns, `/readyz[?verbose]` that it can work, `/metrics` what it has done. */
export async function serveHealth(options: {
  host: string;
  port: number;
  checks: () => Check[];
  registry: Registry;
  refresh: () => Promise<void>;
}): Promise<{ port: number; close: () => Promise<void> }> {
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const send = (status: number, body: string, type = 'text/plain; charset=utf-8'): void => {
      response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
    };
    if (request.method !== 'GET') return send(405, 'only GET\n');
    if (url.pathname === '/livez') return send(200, 'ok\n');
    if (url.pathname === '/readyz') {
      const results = options.checks().map(({ name, trouble }) => ({ name, trouble: trouble() }));
      const bad = results.filter(({ trouble }) => trouble !== null);
      const lines = (url.searchParams.has('verbose') ? results : bad).map(
        ({ name, trouble }) => `${name}: ${trouble ?? 'ok'}`,
      );
      return send(bad.length === 0 ? 200 : 503, `${[...lines, bad.length === 0 ? 'ready' : 'not ready'].join('\n')}\n`);
    }
    if (url.pathname === '/metrics') {
      await options.refresh();
      return send(200, await options.registry.metrics(), options.registry.contentType);
    }
    send(404, 'try /livez, /readyz?verbose or /metrics\n');
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
