import { createMemoryBus, type Ledger } from '@evenkeel/bus';
import { type Automation, automationKey, Config, type ConfigInput, untouched } from '@evenkeel/contracts';
import { createProxmox, directTransport } from '@evenkeel/proxmox';
import { expect, test } from 'vitest';
import { createMayWrite } from './may-write.ts';

const who = { since: '2026-07-15T12:00:00.000Z', by: 'anna@desk' };
const acting: ConfigInput = { mode: 'auto', automated_migrations: { dry_run: false } };
const upid = 'UPID:n1:0000ABCD:0012D687:66F00000:qmigrate:100:evenkeel@pve!write:';
const never: Ledger['get'] = () => new Promise(() => {});
const broken: Ledger['get'] = () => Promise.reject(new Error('no connection to NATS'));

type Given = {
  config?: ConfigInput;
  automation?: Automation;
  killSwitch?: () => string | null;
  get?: Ledger['get'];
};

/** A client whose every request that reaches the wire is noted. */
async function given({ config = acting, automation, killSwitch = () => null, get }: Given) {
  const { ledger } = createMemoryBus();
  if (automation) await ledger.create(automationKey('lab'), automation);
  const sent: string[] = [];
  const transport = directTransport(({ method }) => {
    sent.push(method);
    return { status: 200, reason: 'OK', headers: {}, body: JSON.stringify({ data: upid }) };
  });
  const parsed = Config.parse(config);
  const mayWrite = createMayWrite({
    cluster: 'lab',
    ledger: get ? { get } : ledger,
    config: () => parsed,
    killSwitch,
    patience_ms: 20,
  });
  const proxmox = createProxmox({ transport, token: 'evenkeel@pve!write=x', mayWrite });
  const move = { target: 'n2', online: true, with_local_disks: false, restart: false };
  const writes = () => [
    proxmox.migrate({ node: 'n1', type: 'qemu', vmid: 100 }, move),
    proxmox.migrate({ node: 'n1', type: 'lxc', vmid: 101 }, { ...move, restart: true }),
    proxmox.stop_task(upid),
  ];
  return { sent, writes, ledger };
}

const paused = { ...untouched, pause: { ...who, reason: 'storage work' } };

test.each<[string, Given, RegExp]>([
  ['paused', { automation: paused }, /paused by anna@desk since .*: storage work/],
  ['observe', { config: { ...acting, mode: 'observe' } }, /mode is observe/],
  ['recommend', { config: { ...acting, mode: 'recommend' } }, /mode is recommend/],
  ['observe by command', { automation: { ...untouched, mode: { mode: 'observe', ...who } } }, /mode is observe/],
  ['dry run', { config: { mode: 'auto', automated_migrations: { dry_run: true } } }, /dry_run is on/],
  [
    'dry run, though a command says auto',
    {
      config: { automated_migrations: { dry_run: true } },
      automation: { ...untouched, mode: { mode: 'auto', ...who } },
    },
    /dry_run is on/,
  ],
  [
    'switched off',
    { config: { mode: 'auto', automated_migrations: { enabled: false, dry_run: false } } },
    /enabled is off/,
  ],
  ['the kill switch', { killSwitch: () => 'the kill switch is on' }, /kill switch is on/],
  [
    'the kill switch while NATS is down',
    { killSwitch: () => 'the kill switch is on', get: broken },
    /kill switch is on/,
  ],
  ['NATS down', { get: broken }, /whether cluster lab is paused could not be read: no connection to NATS/],
  ['NATS that does not answer', { get: never }, /could not be read: no answer within 20 ms/],
  ['a state of another version', { automation: { revision: 'x' } as never }, /cannot be read by this version/],
])('not one write leaves the process: %s', async (_, held, says) => {
  const { sent, writes } = await given(held);
  const results = await Promise.allSettled(writes());
  for (const result of results)
    expect(result).toMatchObject({
      status: 'rejected',
      reason: { kind: 'held_back', maybe_accepted: false, message: expect.stringMatching(says) },
    });
  expect(sent).toEqual([]);
});

test('a switch that is thrown while the ledger is asked still has the last word', async () => {
  let on = false;
  const get: Ledger['get'] = async () => {
    on = true;
    return null;
  };
  const { sent, writes } = await given({ get, killSwitch: () => (on ? 'the kill switch is on' : null) });
  await Promise.allSettled(writes());
  expect(sent).toEqual([]);
});

test.each<[string, Given]>([
  ['auto', {}],
  ['approve', { config: { ...acting, mode: 'approve' } }],
  [
    'auto by command',
    {
      config: { automated_migrations: { dry_run: false } },
      automation: { ...untouched, mode: { mode: 'auto', ...who } },
    },
  ],
])('where nothing stands against it, each write is sent once: %s', async (_, free) => {
  const { sent, writes } = await given(free);
  await Promise.all(writes());
  expect(sent).toEqual(['POST', 'POST', 'DELETE']);
});

test('a pause holds from the next write on, without a restart', async () => {
  const { sent, writes, ledger } = await given({});
  await Promise.all(writes());
  await ledger.create(automationKey('lab'), paused);
  await Promise.allSettled(writes());
  expect(sent).toHaveLength(3);
});
