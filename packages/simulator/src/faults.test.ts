import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createClock } from './clock.ts';
import { type ControlRequest, control } from './control.ts';
import { faultSchema } from './fault.ts';
import { parseDescription } from './read-description.ts';
import { createSimulator } from './simulator.ts';

const authorization = 'PVEAPIToken=me@pve!t=secret';

const cluster = (faults: string): string => `
nodes: [{ name: a, link_mib_s: 100 }, { name: b, link_mib_s: 100 }, { name: c, link_mib_s: 100 }]
tokens: [{ id: me@pve!t, secret: secret }]
guests:
  - { vmid: 100, name: web, node: a, memory_gib: 1 }
  - { vmid: 200, name: service, node: a, memory_gib: 1, ha: {} }
faults: ${faults}
`;

/** A cluster as a file describes it, with its faults. */
const begin = (faults: string) => {
  const simulator = createSimulator(parseDescription(cluster(faults)));
  const call = (method: string, path: string, form?: Record<string, string>) => {
    const answer = simulator.handle({ method, path, authorization, ...(form ? { form } : {}) });
    return { ...answer, data: answer.body === '' ? undefined : JSON.parse(answer.body).data };
  };
  return {
    simulator,
    call,
    after: (seconds: number) => simulator.advance(simulator.now() + seconds * 1000),
    move: (vmid: number, target = 'b', source = 'a') =>
      call('POST', `/nodes/${source}/qemu/${vmid}/migrate`, { target, online: '1' }),
    guest: (vmid: number) => simulator.inspect().guests.find((guest) => guest.vmid === vmid),
  };
};

describe('an answer that is lost', () => {
  it.each([
    ['timeout', { status: 596, cut: false, delay_ms: 30_000 }],
    ['cut', { cut: true, delay_ms: 0 }],
    ['silence', { cut: true, delay_ms: 3_600_000 }],
    ['empty', { status: 200, cut: false, data: null }],
  ])('%s: it was accepted all the same', (how, answer) => {
    const { move, after, guest } = begin(`[{ kind: lost_answer, vmid: 100, how: ${how} }]`);
    expect(move(100)).toMatchObject(answer);
    after(60);
    expect(guest(100)?.node).toBe('b');
  });
});

describe('figures', () => {
  const rowOf = (call: ReturnType<typeof begin>['call'], id: string): Record<string, unknown> =>
    call('GET', '/cluster/resources').data.find((row: { id: string }) => row.id === id);

  it.each([
    ['nan', 'NaN', 'NaN'],
    ['nulls', null, null],
    ['missing', undefined, undefined],
  ])('%s: of the guest that is meant, in every answer, for as long as it lasts', (how, cpu, mem) => {
    const { call, after } = begin(`[{ kind: figures, how: ${how}, vmid: 100, for_s: 60 }]`);
    after(30);
    expect(rowOf(call, 'qemu/100')).toMatchObject({ vmid: 100, maxcpu: 2 });
    for (const row of [rowOf(call, 'qemu/100'), call('GET', '/nodes/a/qemu/100/status/current').data])
      expect([row.cpu, row.mem]).toEqual([cpu, mem]);
    for (const id of ['qemu/200', 'node/a']) expect(rowOf(call, id).mem).toBeGreaterThan(0);
    after(60);
    expect(rowOf(call, 'qemu/100').mem).toBeGreaterThan(0);
  });

  it('negative: of a node, in its row and its status', () => {
    const { call, after } = begin('[{ kind: figures, how: negative, node: a }]');
    after(30);
    expect(rowOf(call, 'node/a').mem).toBeLessThan(0);
    expect(call('GET', '/nodes/a/status').data.memory.used).toBeLessThan(0);
    expect(rowOf(call, 'node/b').mem).toBeGreaterThan(0);
    expect(rowOf(call, 'qemu/100').mem).toBeGreaterThan(0);
  });

  it('reset: counters begin anew, the guest runs on', () => {
    const { call, after } = begin('[{ kind: figures, how: reset, vmid: 100, after_s: 60 }]');
    after(50);
    const before = rowOf(call, 'qemu/100') as Record<string, number>;
    after(40);
    const now = rowOf(call, 'qemu/100') as Record<string, number>;
    for (const counter of ['netin', 'netout', 'diskread', 'diskwrite'])
      expect(now[counter], counter).toBeLessThan(before[counter]!);
    expect(now.uptime).toBeGreaterThan(before.uptime!);
  });
});

it.each([500, 503, 595, 596])('a start that is refused with %i begins nothing', (status) => {
  const { move, simulator } = begin(`[{ kind: refuse, status: ${status}, times: 1 }]`);
  const answer = move(100);
  expect(answer.status).toBe(status);
  expect(answer.body === '').toBe(status > 590);
  expect(simulator.inspect().running).toEqual([]);
});

describe('HA that accepts', () => {
  it('and takes minutes', () => {
    const { move, after, guest, call } = begin('[{ kind: ha_delays, vmid: 200, delay_s: 150 }]');
    expect(move(200).status).toBe(200);
    after(140);
    expect(guest(200)).toMatchObject({ node: 'a', lock: undefined });
    const rows: { vmid?: number; hastate?: string }[] = call('GET', '/cluster/resources').data;
    expect(rows.find(({ vmid }) => vmid === 200)?.hastate).toBe('migrate');
    after(60);
    expect(guest(200)?.node).toBe('b');
  });

  it('and then fails', () => {
    const { move, after, guest, simulator } = begin('[{ kind: fail, vmid: 200, at: switch_over, times: 1 }]');
    expect(move(200).status).toBe(200);
    after(120);
    expect(guest(200)?.node).toBe('a');
    expect(simulator.inspect().moves.map(({ ok }) => ok)).toEqual([false]);
  });
});

describe('a person', () => {
  it.each([
    ['{ does: move, target: c }', { node: 'c', running: true }],
    ['{ does: stop }', { node: 'a', running: false }],
    ['{ does: lock, lock: snapshot }', { node: 'a', lock: 'snapshot' }],
    ['{ does: rename, name: other }', { node: 'a', name: 'other', running: true }],
    ['{ does: delete }', undefined],
    ['{ does: replace, name: other, level: 0.5 }', { node: 'a', name: 'other', running: true, demand: 1 }],
  ])('%s, at its time and once', (act, wanted) => {
    const { guest, after, simulator } = begin(`[{ kind: by_hand, vmid: 100, after_s: 30, ${act.slice(1)}]`);
    after(20);
    expect(guest(100)).toMatchObject({ node: 'a', running: true, lock: undefined });
    after(60);
    if (wanted) expect(guest(100)).toMatchObject(wanted);
    else expect(guest(100)).toBeUndefined();
    expect(simulator.faults.list().map(({ left }) => left)).toEqual([0]);
  });

  it('a guest that is made under the vmid of another has nothing of it but its size and disks', () => {
    const { call, after } = begin('[{ kind: by_hand, vmid: 200, after_s: 30, does: replace }]');
    const look = () => {
      const { smbios1, name } = call('GET', '/nodes/a/qemu/200/config').data;
      const { uptime, netin, ha } = call('GET', '/nodes/a/qemu/200/status/current').data;
      return { smbios1, name, uptime, netin, managed: ha.managed };
    };
    after(20);
    const before = look();
    expect(before.managed).toBe(1);
    after(40);
    const now = look();
    expect(now).toMatchObject({ name: 'service-2', managed: 0 });
    expect(now.smbios1).not.toBe(before.smbios1);
    expect(now.uptime).toBeLessThan(60);
    expect(now.netin).toBeLessThan(before.netin);
  });

  it('asks HA where HA has the guest', () => {
    const { guest, after } = begin('[{ kind: by_hand, vmid: 200, does: move, target: b }]');
    after(5);
    expect(guest(200)?.node).toBe('a');
    after(60);
    expect(guest(200)?.node).toBe('b');
  });

  it('can do nothing to a guest that is locked', () => {
    const { guest, after } = begin(
      '[{ kind: by_hand, vmid: 100, does: lock }, { kind: by_hand, vmid: 100, does: stop, after_s: 5 }, { kind: by_hand, vmid: 100, does: unlock, after_s: 10 }]',
    );
    after(8);
    expect(guest(100)).toMatchObject({ running: true, lock: 'backup' });
    after(8);
    expect(guest(100)?.lock).toBeUndefined();
  });
});

it('a token that is no longer accepted is 401 without a body, after three seconds', () => {
  const { call, after } = begin('[{ kind: unauthorized, token: me@pve!t, after_s: 10, for_s: 10 }]');
  expect(call('GET', '/cluster/status').status).toBe(200);
  after(15);
  expect(call('GET', '/cluster/status')).toMatchObject({ status: 401, body: '', delay_ms: 3000 });
  after(10);
  expect(call('GET', '/cluster/status').status).toBe(200);
});

it('tasks tell the time of their node, whose clock may be off', () => {
  const { move, simulator, call, after } = begin('[{ kind: clock_off, node: a, seconds: -3600 }]');
  const upid = move(100).data as string;
  after(60);
  const [task] = call('GET', '/nodes/a/tasks').data;
  expect(task).toMatchObject({ upid, endtime: expect.any(Number) });
  expect(task.starttime).toBe(Math.floor(simulator.description.start ? simulator.now() / 1000 - 60 - 3600 : 0));
});

describe('in mid-run', () => {
  it.each([
    ['of a guest', '/vms/100', 403, 200],
    ['of all', '/', 403, 403],
    ['of another token', '/', 200, 200, 'other@pve!t'],
  ] as [string, string, number, number, string?][])('a right is withdrawn %s', (_, path, first, second, token) => {
    const { simulator, move } = begin('[]');
    const fault = { kind: 'right_withdrawn' as const, privilege: 'VM.Migrate', path, ...(token ? { token } : {}) };
    const id = simulator.faults.add(fault);
    expect([move(100), move(200)].map(({ status }) => status)).toEqual([first, second]);
    if (first === 403) expect(move(100)).toMatchObject({ reason: 'Permission check failed (/vms/100, VM.Migrate)' });
    simulator.faults.remove(id);
    expect(move(100).status).toBe(first === 403 ? 200 : 500);
  });

  it("Proxmox's own balancer is switched on, and off", () => {
    const { call, after } = begin('[{ kind: crs_on, after_s: 60, for_s: 60 }]');
    const crs = () => call('GET', '/cluster/options').data.crs;
    expect(crs()).toBe(undefined);
    after(60);
    expect(crs()).toMatchObject({ ha: 'dynamic', 'ha-auto-rebalance': 1 });
    after(60);
    expect(crs()).toBe(undefined);
  });
});

describe('the reference of faults', () => {
  const kinds = faultSchema.options.map((option) => option.shape.kind.value);
  const read = (path: string): string => readFileSync(join(import.meta.dirname, '..', path), 'utf8');

  it('names every kind', () => {
    const readme = read('README.md');
    expect(kinds.filter((kind) => !readme.includes(`\`${kind}\``))).toEqual([]);
  });

  it('has an example in which every kind is scripted', () => {
    const { faults } = parseDescription(read('examples/trouble.yaml'));
    expect(kinds.filter((kind) => !faults.some((fault) => fault.kind === kind))).toEqual([]);
  });

  it('holds for the control API too: what a file may say, a request may', () => {
    const { faults } = parseDescription(read('examples/trouble.yaml'));
    const simulator = createSimulator(parseDescription(read('examples/trouble.yaml')));
    simulator.faults.clear();
    const clock = createClock(simulator, 0);
    for (const fault of faults) {
      const request: ControlRequest = {
        method: 'POST',
        path: '/simulator/faults',
        body: JSON.stringify(fault),
        loopback: true,
      };
      expect(control(simulator, clock, request)).toMatchObject({ status: 200 });
    }
    clock.stop();
    expect(simulator.faults.list().map(({ fault }) => fault.kind)).toEqual(faults.map(({ kind }) => kind));
  });
});
