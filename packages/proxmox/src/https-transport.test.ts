import type { ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { httpsTransport } from './https-transport.ts';
import { ProxmoxError } from './port.ts';
import { createProxmox } from './proxmox.ts';
import { type Seen, startApi } from './testing/api-server.ts';
import { makeCertificate } from './testing/certificate.ts';
import { upid } from './testing/small-cluster.ts';
import type { Trust } from './trust.ts';

const token = 'evenkeel@pve!read=5a6b7c';
const good = makeCertificate({ from: -1, to: 1 });
const expired = makeCertificate({ from: -10, to: -1 });
const other = makeCertificate({ from: -1, to: 1 });
/** As a fresh installation has it: by the authority of its own cluster, which is not sent along. */
const fresh = makeCertificate({ from: -1, to: 1 }, 'Proxmox Virtual Environment');
const whatToDo =
  'set fingerprints (EVENKEEL_PVE_FINGERPRINTS) to what `pvenode cert info` shows on each node, or ca_file (EVENKEEL_PVE_CA_FILE) to a copy of its /etc/pve/pve-root-ca.pem';
const move = { target: 'n2', online: true, with_local_disks: false, restart: false };
const vm = { node: 'n1', type: 'qemu', vmid: 100 } as const;

const say = (response: ServerResponse, data: unknown): void => {
  response.writeHead(200, 'OK', { 'content-type': 'application/json' }).end(JSON.stringify({ data }));
};
const version = (_: Seen, response: ServerResponse): void => say(response, { version: '9.2.2', release: '9.2' });

const open: { close: () => Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

const serve = async (answer: (seen: Seen, response: ServerResponse) => void, tls = good) => {
  const api = await startApi(tls, answer);
  open.unshift(api);
  return api;
};
const client = (hosts: string[], trust: Trust = { fingerprints: [good.fingerprint] }, timeout_ms = 2_000) => {
  const transport = httpsTransport({ hosts, connect_timeout_ms: 500, ...trust });
  const proxmox = createProxmox({ transport, token, timeout_ms, machine: { sleep: async () => {} } });
  open.unshift(proxmox);
  return proxmox;
};
const errorOf = async (promise: Promise<unknown>): Promise<ProxmoxError> => {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ProxmoxError);
  return error as ProxmoxError;
};

describe('whom it trusts', () => {
  it.each([
    { name: 'a pinned certificate', tls: good, trust: { fingerprints: [other.fingerprint, good.fingerprint] } },
    {
      name: 'a pin in lower case without colons',
      tls: good,
      trust: { fingerprints: [good.fingerprint.replaceAll(':', '').toLowerCase()] },
    },
    {
      name: 'a pinned certificate though it has expired',
      tls: expired,
      trust: { fingerprints: [expired.fingerprint] },
    },
    { name: 'a given authority', tls: good, trust: { ca: good.cert } },
    {
      name: 'a given authority where the pin is of an older certificate',
      tls: good,
      trust: { fingerprints: [other.fingerprint], ca: good.cert },
    },
  ])('$name', async ({ tls, trust }) => {
    const api = await serve(version, tls);
    expect(await client([api.host], trust).version()).toMatchObject({ version: '9.2.2' });
  });

  it.each([
    { name: 'an expired one', tls: expired, trust: { ca: expired.cert }, says: 'expired' },
    { name: 'one that nobody vouches for', tls: good, trust: {}, says: `its certificate is self-signed; ${whatToDo}.` },
    {
      name: 'that of a fresh installation',
      tls: fresh,
      trust: {},
      says: `its certificate comes from an authority not trusted here; ${whatToDo}.`,
    },
    { name: 'one of another authority', tls: good, trust: { ca: other.cert }, says: whatToDo },
    {
      name: 'one with another fingerprint',
      tls: good,
      trust: { fingerprints: [other.fingerprint] },
      says: `is ${good.fingerprint}, expected ${other.fingerprint}; if the certificate was renewed, set the new fingerprint (pvenode cert info) after checking`,
    },
  ])('not $name, and it tells nobody its token', async ({ tls, trust, says }) => {
    const api = await serve(version, tls);
    const error = await errorOf(client([api.host], trust).version());
    expect(error.kind).toBe('certificate');
    expect(error.message).toContain(says);
    expect(api.seen).toEqual([]);
    const write = await errorOf(client([api.host], trust).migrate(vm, move));
    expect(write).toMatchObject({ kind: 'certificate', maybe_accepted: false });
    expect(api.seen).toEqual([]);
  });
});

describe('what it does when a host fails', () => {
  it('says once that it does not answer, and once that it does again', async () => {
    let isAway = true;
    const api = await serve((seen, response) => (isAway ? seen.socket.destroy() : version(seen, response)));
    const told: [string, object, string][] = [];
    const transport = httpsTransport({
      hosts: [api.host],
      fingerprints: [good.fingerprint],
      log: {
        warn: (fields, message) => void told.push(['warn', fields, message]),
        info: (fields, message) => void told.push(['info', fields, message]),
      },
    });
    open.unshift(transport);
    const ask = () =>
      transport.send({ method: 'GET', path: '/version', token, timeout_ms: 2_000, idempotent: true }).catch(() => {});
    for (let i = 0; i < 3; i++) await ask();
    isAway = false;
    for (let i = 0; i < 3; i++) await ask();
    const reason = expect.stringContaining('the connection broke');
    expect(told).toEqual([
      ['warn', { host: api.host, reason }, 'a host of the cluster does not answer'],
      ['info', { host: api.host }, 'a host of the cluster answers again'],
    ]);
  });

  it('goes on to the next host and stays there', async () => {
    const gone = await serve(version);
    await gone.close();
    const api = await serve(version);
    const proxmox = client([gone.host, api.host]);
    await proxmox.version();
    const spare = await serve(version);
    await proxmox.version();
    expect([api.seen.length, spare.seen.length]).toEqual([2, 0]);
  });

  it('asks another host where one cannot reach the node', async () => {
    const cut = await serve((_, response) => response.writeHead(595, 'No route to host').end());
    const api = await serve(version);
    const proxmox = client([cut.host, api.host]);
    await proxmox.version();
    await proxmox.version();
    expect([cut.seen.length, api.seen.length]).toEqual([1, 2]);
  });

  describe('where one has no quorum', () => {
    const status = (quorate: () => number) => (seen: Seen, response: ServerResponse) =>
      seen.url.endsWith('/cluster/status')
        ? say(response, [
            { type: 'cluster', name: 'lab', quorate: quorate() },
            { type: 'node', name: 'n1', online: 1 },
          ])
        : version(seen, response);

    it('says so once and asks another that has from then on', async () => {
      const [lone, api, spare] = [
        await serve(status(() => 0)),
        await serve(status(() => 1)),
        await serve(status(() => 1)),
      ];
      const proxmox = client([lone.host, api.host, spare.host]);
      const [said] = await Promise.all([proxmox.status(), proxmox.version(), proxmox.version()]);
      expect(said.quorate).toBe(false);
      const before = lone.seen.length;
      expect((await proxmox.status()).quorate).toBe(true);
      await proxmox.version();
      expect([lone.seen.length - before, api.seen.length, spare.seen.length]).toEqual([0, 3, 0]);
    });

    it('stays where nobody has, asking each of the others once, and goes as soon as one has', async () => {
      let there = 0;
      const gone = await serve(version);
      await gone.close();
      const [lone, api] = [await serve(status(() => 0)), await serve(status(() => there))];
      const proxmox = client([lone.host, gone.host, api.host]);
      expect((await proxmox.status()).quorate).toBe(false);
      expect([lone.seen.length, api.seen.length]).toEqual([1, 1]);
      await proxmox.version();
      expect([lone.seen.length, api.seen.length]).toEqual([2, 1]);
      there = 1;
      await proxmox.status();
      expect((await proxmox.status()).quorate).toBe(true);
      expect([lone.seen.length, api.seen.length]).toEqual([3, 3]);
    });
  });

  it('reads again after the connection broke half-way', async () => {
    let broken = 0;
    const api = await serve((seen, response) => {
      if (broken++ > 0) return version(seen, response);
      response.writeHead(200, { 'content-length': '1000' }).write('{"data":');
      setTimeout(() => seen.socket.destroy(), 20);
    });
    expect(await client([api.host]).version()).toMatchObject({ release: '9.2' });
    expect(api.seen.length).toBe(2);
  });

  it('keeps a connection for reads and opens a new one for each write', async () => {
    const api = await serve(({ method }, response) => say(response, method === 'POST' ? upid : { version: '9' }));
    const proxmox = client([api.host]);
    await proxmox.version();
    await wait(50);
    await proxmox.version();
    expect(api.connections()).toBe(1);
    await proxmox.migrate(vm, move);
    await proxmox.migrate(vm, move);
    expect(api.connections()).toBe(3);
    expect(api.seen.at(-1)).toMatchObject({
      body: 'target=n2&online=1',
      headers: { 'content-length': '18', 'content-type': 'application/x-www-form-urlencoded' },
    });
  });

  it('gives up reading at its time-out', async () => {
    const api = await serve(() => {});
    const error = await errorOf(client([api.host], undefined, 150).version());
    expect(error).toMatchObject({ kind: 'timeout', maybe_accepted: false });
    expect(error.message).toContain(api.host);
  });

  it('names every host that it tried', async () => {
    const hosts = [await serve(version), await serve(version)].map(({ host }) => host);
    for (const api of open.splice(0)) await api.close();
    const error = await errorOf(client(hosts).version());
    expect(error.kind).toBe('unreachable');
    for (const host of hosts) expect(error.message).toContain(`${host}: connection refused`);
  });
});

describe('a write', () => {
  it('goes to the next host where the first was never reached', async () => {
    const gone = await serve(version);
    await gone.close();
    const api = await serve((_, response) => say(response, upid));
    expect(await client([gone.host, api.host]).migrate(vm, move)).toBe(upid);
  });

  it('is not sent where the process stood still until its connection was there', async () => {
    const api = await serve((_, response) => say(response, upid));
    let now = 0;
    const transport = httpsTransport({ hosts: [api.host], fingerprints: [good.fingerprint] });
    const standsStill = { now: Date.now, monotonic: () => now, sleep: async () => {} };
    const mayWrite = () => {
      setImmediate(() => {
        now = 6_000;
      });
      return null;
    };
    const proxmox = createProxmox({ transport, token, machine: standsStill, mayWrite });
    open.unshift(proxmox);
    expect(await errorOf(proxmox.migrate(vm, move))).toMatchObject({
      kind: 'unreachable',
      maybe_accepted: false,
      message: expect.stringContaining('it waited 6 s for its permission and its connection, 5 s at most'),
    });
    expect(api.seen).toEqual([]);
  });

  it.each([
    { name: 'no answer comes', answer: () => {}, kind: 'timeout' },
    { name: 'the connection breaks', answer: ({ socket }: Seen) => void socket.destroy(), kind: 'unreachable' },
    {
      name: 'a proxying node loses the other',
      answer: (_: Seen, r: ServerResponse) => void r.writeHead(596, 'Broken pipe').end(),
      kind: 'unreachable',
    },
    { name: 'the answer is no task', answer: (_: Seen, r: ServerResponse) => say(r, 'moved'), kind: 'bad_answer' },
    {
      name: 'the answer is cut',
      answer: (_: Seen, r: ServerResponse) => void r.writeHead(200).end('{"da'),
      kind: 'bad_answer',
    },
  ])('is sent once and left in doubt where $name', async ({ answer, kind }) => {
    const first = await serve(answer);
    const second = await serve(answer);
    const proxmox = client([first.host, second.host]);
    const error = await errorOf(proxmox.migrate(vm, { ...move, timeout_ms: kind === 'timeout' ? 200 : 5_000 }));
    expect(error).toMatchObject({ kind, maybe_accepted: true });
    expect([first.seen.length, second.seen.length]).toEqual([1, 0]);
  });

  it.each([
    { status: 595, reason: 'Connection refused', kind: 'unreachable' },
    { status: 500, reason: 'VM is locked (backup)', kind: 'refused' },
    { status: 403, reason: 'Permission check failed (/vms/100, VM.Migrate)', kind: 'forbidden' },
    { status: 401, reason: 'authentication failure', kind: 'unauthorized' },
  ])('is known not to be accepted after $status $reason', async ({ status, reason, kind }) => {
    const api = await serve((_, response) => response.writeHead(status, reason).end());
    expect(await errorOf(client([api.host]).migrate(vm, move))).toMatchObject({ kind, status, maybe_accepted: false });
    expect(api.seen.length).toBe(1);
  });
});
