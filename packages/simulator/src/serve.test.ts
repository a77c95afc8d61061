import { once } from 'node:events';
import { Agent, type RequestOptions, request } from 'node:https';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Served, serve } from './serve.ts';
import { serveFile } from './serve-file.ts';
import { createSimulator } from './simulator.ts';

const authorization = 'PVEAPIToken=bal@pve!lb=s';
const build = (guests = 3) =>
  createSimulator({
    nodes: [{ name: 'a' }, { name: 'b' }],
    tokens: [{ id: 'bal@pve!lb', secret: 's' }],
    populate: { guests, containers: 0 },
  });

type Reply = { status: number; reason: string; headers: Record<string, string | string[] | undefined>; body: Buffer };

const ask = async (served: Served, path: string, options: RequestOptions & { body?: string } = {}): Promise<Reply> => {
  const { body, ...rest } = options;
  const sent = request({
    host: served.host,
    port: served.port,
    path,
    ca: served.ca,
    headers: { authorization },
    ...rest,
  });
  sent.end(body);
  const [response] = await once(sent, 'response');
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part as Buffer);
  return {
    status: response.statusCode,
    reason: response.statusMessage,
    headers: response.headers,
    body: Buffer.concat(parts),
  };
};

const json = (reply: Reply) => JSON.parse(reply.body.toString());

describe('over HTTPS', () => {
  let served: Served;
  beforeAll(async () => {
    served = await serve(build(), { speed: 300 });
  });
  afterAll(() => served.close());

  it.each(['//', '//[', '/api2/json//', 'https://%'])('answers GET %s, which is no path of the API', async (path) => {
    expect((await ask(served, path)).status).toBeGreaterThanOrEqual(400);
  });

  it('is trusted by its authority and known by its fingerprint', async () => {
    expect((await ask(served, '/api2/json/version')).status).toBe(200);
    const socket: TLSSocket = connect({ host: served.host, port: served.port, rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    expect(socket.getPeerCertificate().fingerprint256).toBe(served.fingerprint);
    expect(served.fingerprint).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
    socket.destroy();
    await expect(ask(served, '/api2/json/version', { ca: undefined })).rejects.toThrow(/certificate/);
  });

  it('has the headers of the real one, and those that publish the clock', async () => {
    const { headers } = await ask(served, '/api2/json/version');
    expect(headers).toMatchObject({
      'content-type': 'application/json;charset=UTF-8',
      server: 'pve-api-daemon/3.0',
      'cache-control': 'max-age=0',
      pragma: 'no-cache',
      'x-simulator-speed': '300',
    });
    expect(headers.date).toBe(headers.expires);
    const told = Number(headers['x-simulator-time']);
    expect(Math.abs(told - Date.parse(headers.date as string))).toBeLessThan(1001);
    expect(json(await ask(served, '/simulator/clock', { headers: {} })).now).toBeGreaterThanOrEqual(told);
  });

  it('answers errors with a reason phrase and ends the connection; a 401 is empty and late', async () => {
    const started = performance.now();
    const nobody = await ask(served, '/api2/json/version', { headers: {} });
    expect(nobody).toMatchObject({ status: 401, reason: 'No ticket' });
    expect(nobody.body).toHaveLength(0);
    expect(performance.now() - started).toBeGreaterThanOrEqual(3000 / 300 - 2);
    const wrong = await ask(served, '/api2/json/nodes/a/qemu/9999/config');
    expect(wrong).toMatchObject({
      status: 500,
      reason: "Configuration file 'nodes/a/qemu-server/9999.conf' does not exist",
    });
    expect(wrong.headers.connection).toBe('close');
  });

  it('refuses chunked bodies and bodies of DELETE', async () => {
    const headers = {
      authorization,
      'transfer-encoding': 'chunked',
      'content-type': 'application/x-www-form-urlencoded',
    };
    expect(
      (await ask(served, '/api2/json/nodes/a/qemu/100/migrate', { method: 'POST', headers, body: 'target=b' })).status,
    ).toBe(501);
    const more = { authorization, 'content-length': '3' };
    expect(
      (await ask(served, '/api2/json/nodes/a/tasks/x', { method: 'DELETE', headers: more, body: 'a=1' })).reason,
    ).toBe("Unexpected content for method 'DELETE'");
  });

  it('zips what is long for those who take it', async () => {
    const reply = await ask(served, '/api2/json/nodes/a/rrddata?timeframe=hour', {
      headers: { authorization, 'accept-encoding': 'gzip' },
    });
    expect(reply.headers['content-encoding']).toBe('gzip');
    expect([...reply.body.subarray(0, 2)]).toEqual([0x1f, 0x8b]);
  });

  it('keeps a connection for a hundred requests', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: served.ca });
    const replies: Reply[] = [];
    for (let n = 0; n < 101; n++) replies.push(await ask(served, '/api2/json/version', { agent }));
    expect(replies.slice(0, 99).every((reply) => reply.headers.connection === 'keep-alive')).toBe(true);
    expect(replies[99]?.headers.connection).toBe('close');
    expect(replies[100]?.status).toBe(200);
    agent.destroy();
  });

  it('moves a guest, form or JSON, while its clock runs', async () => {
    const rows = json(await ask(served, '/api2/json/cluster/resources?type=vm')).data;
    const guest = rows.find((row: { node: string }) => row.node === 'a');
    const body = JSON.stringify({ target: 'b', online: true });
    const headers = { authorization, 'content-type': 'application/json', 'content-length': String(body.length) };
    const upid = json(
      await ask(served, `/api2/json/nodes/a/${guest.id}/migrate`, { method: 'POST', headers, body }),
    ).data;
    await expect
      .poll(
        async () =>
          json(await ask(served, `/api2/json/nodes/a/tasks/${encodeURIComponent(upid)}/status`)).data.exitstatus,
        { timeout: 10_000 },
      )
      .toBe('OK');
  });

  it('takes faults and tells the truth on this machine', async () => {
    const post = (path: string, value: unknown) => {
      const body = JSON.stringify(value);
      return ask(served, path, { method: 'POST', headers: { 'content-length': String(body.length) }, body });
    };
    const { id } = json(
      await post('/simulator/faults', { kind: 'error', path: '/version', status: 500, message: 'out of order' }),
    );
    expect((await ask(served, '/api2/json/version')).reason).toBe('out of order');
    expect(json(await ask(served, '/simulator/faults'))).toMatchObject([{ id, kind: 'error' }]);
    expect((await ask(served, `/simulator/faults/${id}`, { method: 'DELETE' })).status).toBe(200);
    expect((await ask(served, '/api2/json/version')).status).toBe(200);
    expect(json(await post('/simulator/faults', { kind: 'error', paht: '/' })).problems[0]).toContain('paht');
    expect(json(await post('/simulator/faults', { kind: 'node_down', node: 'x' })).problems).toEqual([
      'there is no node x',
    ]);
    expect(json(await ask(served, '/simulator/state')).guests).toHaveLength(3);
  });

  it('cuts the connection where a fault says so', async () => {
    served.simulator.faults.add({ kind: 'cut', path: '/version', times: 1 });
    await expect(ask(served, '/api2/json/version')).rejects.toThrow(/socket hang up|ECONNRESET/);
  });
});

it('its clock can stand still and be turned by hand', async () => {
  const served = await serve(build(), { speed: 0 });
  const clock = async (change: object) => {
    const body = JSON.stringify(change);
    return json(
      await ask(served, '/simulator/clock', {
        method: 'POST',
        headers: { 'content-length': String(body.length) },
        body,
      }),
    );
  };
  const { now } = await clock({});
  expect((await clock({})).now).toBe(now);
  expect((await clock({ skip_s: 3600 })).now).toBe(now + 3_600_000);
  expect(await clock({ speed: 1000 })).toHaveProperty('problems');
  await served.close();
});

it('runs 60 seconds in one at speed 60', async () => {
  const served = await serve(build(), { speed: 60 });
  const [from, began] = [served.clock.tick(), performance.now()];
  await new Promise((resolve) => setTimeout(resolve, 250));
  const [to, ended] = [served.clock.tick(), performance.now()];
  const rate = (to - from) / (ended - began);
  expect(rate).toBeGreaterThan(50);
  expect(rate).toBeLessThan(66);
  await served.close();
});

it('an expired certificate is refused by those who look', async () => {
  const served = await serve(build(), { tls: { expired: true } });
  await expect(ask(served, '/api2/json/version')).rejects.toThrow(/expired/);
  await served.close();
});

it('a certificate that is renewed in mid-run cuts connections, and is the old one again when that is over', async () => {
  const simulator = build();
  const served = await serve(simulator, { via: 'a', speed: 1 });
  const agent = new Agent({ keepAlive: true, rejectUnauthorized: false });
  const shown = async () => {
    const socket = connect({ host: served.host, port: served.port, rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    const { fingerprint256 } = socket.getPeerCertificate();
    socket.destroy();
    return fingerprint256;
  };
  const { fingerprint } = await served.renewed();
  expect(fingerprint).not.toBe(served.fingerprint);
  expect((await ask(served, '/api2/json/version', { agent })).status).toBe(200);
  simulator.faults.add({ kind: 'new_certificate', node: 'b' });
  expect(await shown()).toBe(served.fingerprint);
  const id = simulator.faults.add({ kind: 'new_certificate', node: 'a' });
  await expect(ask(served, '/api2/json/version', { agent })).rejects.toThrow();
  await expect.poll(shown).toBe(fingerprint);
  simulator.faults.remove(id);
  await expect.poll(shown).toBe(served.fingerprint);
  agent.destroy();
  await served.close();
});

it('two nodes of one cluster share a clock, and one of them can fall', async () => {
  const simulator = build();
  const a = await serve(simulator, { via: 'a', speed: 10 });
  const b = await serve(simulator, { via: 'b', clock: a.clock });
  simulator.faults.add({ kind: 'node_down', node: 'a' });
  await expect(ask(a, '/api2/json/version')).rejects.toThrow();
  const rows = json(await ask(b, '/api2/json/cluster/status')).data;
  expect(
    rows
      .filter((row: { type: string }) => row.type === 'node')
      .map((row: { local: number; online: number }) => [row.local, row.online]),
  ).toEqual([
    [0, 0],
    [1, 1],
  ]);
  await Promise.all([a.close(), b.close()]);
});

it('serves a file', async () => {
  const served = await serveFile(join(import.meta.dirname, '..', 'examples', 'homelab.yaml'), { start: 'now' });
  const token = 'PVEAPIToken=evenkeel@pve!read=11111111-1111-4111-8111-111111111111';
  const reply = await ask(served, '/api2/json/cluster/resources', { headers: { authorization: token } });
  expect(json(reply).data.filter((row: { type: string }) => row.type === 'node')).toHaveLength(4);
  expect(Math.abs(Number(reply.headers['x-simulator-time']) - Date.now())).toBeLessThan(120_000);
  await served.close();
});
