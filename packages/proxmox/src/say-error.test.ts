import { expect, it } from 'vitest';
import { type DirectAnswer, directTransport } from './direct-transport.ts';
import { ProxmoxError } from './port.ts';
import { createProxmox } from './proxmox.ts';

const token = 'evenkeel@pve!read=5a6b7c';
const answering = (answer: Partial<DirectAnswer>, by = token) => {
  let asked = 0;
  const handle = () => {
    asked += 1;
    return { status: 200, reason: 'OK', headers: {}, body: '', ...answer };
  };
  const proxmox = createProxmox({ transport: directTransport(handle), token: by, machine: { sleep: async () => {} } });
  return { proxmox, asked: () => asked };
};
const caught = (promise: Promise<unknown>): Promise<ProxmoxError> =>
  promise.then(
    () => Promise.reject(new Error('no error')),
    (error: ProxmoxError) => error,
  );

it.each([
  {
    answer: { status: 401, reason: 'No ticket' },
    kind: 'unauthorized',
    says: 'token is not accepted (No ticket)',
    asked: 1,
  },
  {
    answer: { status: 403, body: '{"data":null,"message":"Permission check failed (/, Sys.Audit)\\n"}' },
    kind: 'forbidden',
    says: 'the token lacks Sys.Audit on /;',
    asked: 1,
  },
  {
    answer: {
      status: 400,
      body: '{"errors":{"upid":"no such task"},"data":null,"message":"Parameter verification failed.\\n"}',
    },
    kind: 'refused',
    says: 'Parameter verification failed. upid: no such task',
    asked: 1,
  },
  { answer: { status: 500, reason: 'cluster not ready - no quorum?' }, kind: 'refused', says: 'no quorum?', asked: 1 },
  { answer: { status: 501, reason: 'nope' }, kind: 'not_implemented', says: 'no such call', asked: 1 },
  { answer: { status: 595, reason: 'No route to host' }, kind: 'unreachable', says: '595 No route to host', asked: 2 },
  { answer: { status: 596, reason: 'Connection timed out' }, kind: 'timeout', says: '596', asked: 2 },
  { answer: { status: 502, reason: 'Bad Gateway' }, kind: 'unreachable', says: 'gateway', asked: 3 },
  { answer: { status: 301, reason: 'Moved' }, kind: 'bad_answer', says: 'is this the address', asked: 1 },
  { answer: { body: '<html>hello' }, kind: 'bad_answer', says: '<html>hello', asked: 1 },
  { answer: { body: '{"data":{"version":9}}' }, kind: 'bad_answer', says: 'not what the API promises', asked: 1 },
  { answer: { status: 500, reason: 'x'.repeat(9_000) }, kind: 'refused', says: 'xxx…', asked: 1 },
])('$answer.status $answer.reason is $kind', async ({ answer, kind, says, asked }) => {
  const { proxmox, asked: count } = answering(answer);
  const error = await caught(proxmox.version());
  expect(error).toBeInstanceOf(ProxmoxError);
  expect(error.kind).toBe(kind);
  expect(error.message).toContain('GET /version');
  expect(error.message).toContain(says);
  expect(error.message.length).toBeLessThan(900);
  expect(count()).toBe(asked);
});

it('repeats neither a token that an answer repeats, nor one that is malformed', async () => {
  const { proxmox } = answering({ status: 500, reason: `who is ${token}?` });
  const error = await caught(proxmox.version());
  expect(JSON.stringify([error.message, String(error.cause), error.stack])).not.toContain('5a6b7c');
  const transport = directTransport(() => ({ status: 200, reason: '', headers: {}, body: '' }));
  expect(() => createProxmox({ transport, token: 'evenkeel@pve!5a6b7c' })).toThrow(/form USER@REALM!TOKENID=SECRET/);
  expect(() => createProxmox({ transport, token: 'a@b!c=5a\nHost: evil' })).toThrow(/^((?!evil).)*$/);
});

const secret = '5a6b7c8d-1f2e-4a3b-9c4d-0e1f2a3b4c5d';
const json = (message: string) => JSON.stringify({ data: null, message });
it.each([
  { name: 'a body that is none', around: 80, answer: (body: string) => ({ body }) },
  { name: 'a message', around: 600, answer: (text: string) => ({ status: 500, body: json(text) }) },
  { name: 'a reason', around: 600, answer: (reason: string) => ({ status: 502, reason }) },
  {
    name: 'a message in other letters',
    around: 600,
    answer: (text: string) => ({ status: 500, body: json(text).replaceAll('5', '\\u0035') }),
  },
])('no part of a token is left where $name is cut', async ({ around, answer }) => {
  for (let before = around - secret.length - 2; before <= around + 1; before++) {
    const { proxmox } = answering(answer(`${'x'.repeat(before)}${secret}`), `evenkeel@pve!read=${secret}`);
    const { message } = await caught(proxmox.version());
    expect(message).toContain('xxx');
    expect(message).not.toContain(secret.slice(0, 4));
    for (let i = 0; i + 8 <= secret.length; i++) expect(message).not.toContain(secret.slice(i, i + 8));
  }
});

/** A process that is stopped for a minute after it has asked whether it may write, and before it hears that it may. */
function standingStill() {
  let now = 0;
  const mayWrite = async () => {
    now += 60_000;
    return null;
  };
  return { mayWrite, machine: { monotonic: () => now } };
}

it.each([
  { name: 'for reading', guard: { readOnly: true }, says: 'for reading only' },
  { name: 'held back', guard: { mayWrite: () => 'the kill switch is on' }, says: 'the kill switch is on' },
  { name: 'held back later', guard: { mayWrite: async () => 'it is paused' }, says: 'it is paused' },
  {
    name: 'that stood still while it asked',
    guard: standingStill(),
    says: 's for its permission and its connection, 5 s at most',
  },
])('a client $name writes nothing', async ({ guard, says }) => {
  const asked: string[] = [];
  const handle = ({ method }: { method: string }): DirectAnswer => {
    asked.push(method);
    return { status: 200, reason: 'OK', headers: {}, body: '{"data":null}' };
  };
  const proxmox = createProxmox({ transport: directTransport(handle), token, ...guard });
  const move = { target: 'n2', online: true, with_local_disks: false, restart: false };
  const upid = 'UPID:n1:0000ABCD:0012D687:66F00000:qmigrate:100:evenkeel@pve!write:';
  for (const write of [proxmox.migrate({ node: 'n1', type: 'qemu', vmid: 100 }, move), proxmox.stop_task(upid)]) {
    expect(await caught(write)).toMatchObject({
      kind: 'held_back',
      maybe_accepted: false,
      message: expect.stringContaining(says),
    });
  }
  expect(asked).toEqual([]);
});

it('takes the groups of PVE 8 for rules, also beside rules while a cluster is upgraded, and no groups once they have been migrated', async () => {
  const gone = { status: 501, reason: 'not implemented', headers: {}, body: '' };
  const data = (value: unknown): DirectAnswer => ({
    status: 200,
    reason: 'OK',
    headers: {},
    body: JSON.stringify({ data: value }),
  });
  let askedForGroups = 0;
  const cluster = (groups: DirectAnswer, rules = gone) =>
    createProxmox({
      token,
      transport: directTransport(({ path }) => {
        if (path.endsWith('/groups')) askedForGroups++;
        if (path.endsWith('/rules')) return rules;
        if (path.endsWith('/groups')) return groups;
        return data([
          { sid: 'vm:100', group: 'g' },
          { sid: 'ct:101', group: 'h' },
        ]);
      }),
    });
  const groups = data([{ group: 'g', type: 'group', nodes: 'n1:2,n2', restricted: '1', nofailback: 0 }]);
  const group = {
    rule: 'g',
    type: 'node-affinity',
    resources: ['vm:100'],
    nodes: { n1: 2, n2: 0 },
    strict: true,
    failback: true,
    disabled: false,
  };
  expect(await cluster(groups).ha_rules()).toEqual([group]);
  expect(await cluster(groups, data([])).ha_rules()).toEqual([group]);
  const apart = { rule: 'apart', type: 'resource-affinity', resources: 'vm:100,ct:101', affinity: 'negative' };
  expect(await cluster(groups, data([apart])).ha_rules()).toMatchObject([{ rule: 'apart' }, group]);
  const migrated = { ...gone, status: 500, reason: 'cannot index groups: ha groups have been migrated to rules' };
  expect(await cluster(migrated).ha_rules()).toEqual([]);
  expect(await cluster(migrated, data([apart])).ha_rules()).toMatchObject([{ rule: 'apart' }]);
  askedForGroups = 0;
  const upgraded = cluster(migrated, data([apart]));
  for (let n = 0; n < 3; n++) expect(await upgraded.ha_rules()).toHaveLength(1);
  expect(askedForGroups).toBe(1);
  for (const status of [500, 403]) {
    const broken = { ...gone, status, reason: 'no' };
    await expect(cluster(broken, data([])).ha_rules()).rejects.toThrow(ProxmoxError);
    await expect(cluster(groups, broken).ha_rules()).rejects.toThrow(ProxmoxError);
  }
});
