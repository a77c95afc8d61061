import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { type AddressInfo, isIP } from 'node:net';
import { type Certificate, makeCertificate } from './certificate.ts';
import { type Clock, createClock } from './clock.ts';
import { control } from './control.ts';
import { readBody, readForm, toRequest } from './read-request.ts';
import { createRenewal, isRenewed } from './renewal.ts';
import { send } from './send.ts';
import type { Simulator } from './simulator.ts';
import type { Answer } from './wire/answer.ts';

export type ServeOptions = {
  /** 0 (the default) takes a free one. */
  port?: number;
  host?: string;
  /** Seconds of the cluster in one real second, up to 300; 0 lets it stand still. The description's where absent. */
  speed?: number;
  /** Share a clock where several servers stand for nodes of one cluster. */
  clock?: Clock;
  /** The node that answers here; connections end while it is down. */
  via?: string;
  /** Whether answers carry the simulator's own time; without, it is told as little of as by a real cluster. */
  tells_time?: boolean;
  tls?: { expired?: boolean; names?: string[]; certificate?: Certificate };
};

export type Served = {
  url: string;
  host: string;
  port: number;
  /** SHA-256 of the certificate: `AA:BB:…`. */
  fingerprint: string;
  /** PEM of the authority that signed it. */
  ca: string;
  certificate: Certificate;
  /** What it shows while a fault says that it was renewed. */
  renewed: () => Promise<Certificate>;
  clock: Clock;
  simulator: Simulator;
  close: () => Promise<void>;
};

const PLAIN = { 'content-type': 'text/plain;charset=UTF-8' };

const plain = (status: number, reason: string): Answer => ({
  status,
  reason,
  headers: PLAIN,
  body: '',
  delay_ms: 0,
  cut: false,
});

const refuseBody = (request: IncomingMessage, body: string): Answer | undefined => {
  const { method = 'GET' } = request;
  if (request.headers['transfer-encoding']?.includes('chunked'))
    return plain(501, 'chunked transfer encoding not supported');
  if ((method === 'GET' || method === 'DELETE') && body !== '')
    return plain(501, `Unexpected content for method '${method}'`);
  return undefined;
};

const isLoopback = (request: IncomingMessage): boolean =>
  /^(::1|(::ffff:)?127\.)/.test(request.socket.remoteAddress ?? '');

const answerApi = (
  simulator: Simulator,
  request: IncomingMessage,
  url: URL,
  body: string,
  via: string | undefined,
): Answer => {
  const form = readForm(request, body);
  if (form === undefined) return plain(400, 'malformed JSON string');
  return refuseBody(request, body) ?? simulator.handle(toRequest(request, url, form, via));
};

/** Its target as it stands; one that names a host, such as `//x`, is only a strange path here. */
const urlOf = ({ url = '/' }: IncomingMessage): URL =>
  new URL(`https://node${url.startsWith('/') ? url : `/${encodeURIComponent(url)}`}`);

/** Nobody waits for an answer whose server has closed. */
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms).unref());

/** Puts a simulator behind HTTPS as a node's API would be: HTTP/1.1, idle connections end after 5 s, 100 requests each. */
export const serve = async (simulator: Simulator, options: ServeOptions = {}): Promise<Served> => {
  const host = options.host ?? '127.0.0.1';
  const names = [...(isIP(host) && !/^(0\.0\.0\.0|::)$/.test(host) ? [host] : []), ...(options.tls?.names ?? [])];
  const certificate = options.tls?.certificate ?? (await makeCertificate({ names, expired: options.tls?.expired }));
  const clock = options.clock ?? createClock(simulator, options.speed ?? simulator.description.speed);
  const renewal = createRenewal(certificate, { names }, () => isRenewed(simulator, options.via));

  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = urlOf(request);
    const body = await readBody(request);
    clock.tick();
    if (!renewal.holds(server, request.socket)) return;
    if (url.pathname.startsWith('/simulator/')) {
      const { status, data } = control(simulator, clock, {
        method: request.method ?? 'GET',
        path: url.pathname,
        body: body ?? '',
        loopback: isLoopback(request),
      });
      const headers = { 'content-type': 'application/json' };
      send(
        request,
        response,
        {
          status,
          reason: status === 200 ? 'OK' : 'Refused',
          headers,
          body: JSON.stringify(data),
          delay_ms: 0,
          cut: false,
        },
        clock,
      );
      return;
    }
    const api = url.pathname.startsWith('/api2/');
    const answer =
      body === undefined
        ? plain(501, 'for data too large')
        : api
          ? answerApi(simulator, request, url, body, options.via)
          : plain(404, 'Not Found');
    if (answer.delay_ms > 0) await wait(answer.delay_ms / Math.max(1, clock.speed()));
    if (answer.cut) request.socket.destroy();
    else send(request, response, answer, clock, options.tells_time ?? true);
  };

  const server = createServer(
    { key: certificate.key, cert: certificate.cert, keepAliveTimeout: 5000, maxHeaderSize: 16_384 },
    (request, response) => {
      respond(request, response).catch((problem: unknown) =>
        response.destroy(problem instanceof Error ? problem : undefined),
      );
    },
  );
  server.maxRequestsPerSocket = 100;
  server.prependListener('connection', (socket) => {
    clock.tick();
    renewal.holds(server, socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    host,
    port,
    fingerprint: certificate.fingerprint,
    ca: certificate.ca,
    certificate,
    renewed: renewal.renewed,
    clock,
    simulator,
    close: () => {
      if (!options.clock) clock.stop();
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
};
