import type {
  ApprovedMigration,
  DataOf,
  migrationCompleted,
  migrationFailed,
  migrationRefused,
  migrationStarted,
} from '@evenkeel/contracts';
import type { FaultInput } from '@evenkeel/simulator';
import { describe, expect, it } from 'vitest';
import { byHand, createLab, ends, eventOf, type Lab, rights } from './testing/index.ts';

type Completed = DataOf<typeof migrationCompleted>;
type Failed = DataOf<typeof migrationFailed>;
type Refused = DataOf<typeof migrationRefused>;
const vm = (vmid: number, more: object = {}) => ({ vmid, name: `vm${vmid}`, node: 'n1', ...more });
const one = { guests: [vm(101)] };
const service = { guests: [vm(101, { ha: {} })] };
const faulty = (lab: Lab, ...faults: FaultInput[]) => faults.forEach((fault) => void lab.simulator.faults.add(fault));
const posts = (lab: Lab) => lab.writes.filter((call) => call.startsWith('POST'));
const completed = (lab: Lab, m: ApprovedMigration) => eventOf<Completed>(lab.memory, 'migration.completed', m);
const failed = (lab: Lab, m: ApprovedMigration) => eventOf<Failed>(lab.memory, 'migration.failed', m);
const refused = (lab: Lab, m: ApprovedMigration) => eventOf<Refused>(lab.memory, 'migration.refused', m);
const clean = async (lab: Lab) => [
  ...(await lab.ledger.list('lab.claim')),
  ...(await lab.ledger.list('lab.migration')),
];
const mute: FaultInput = {
  kind: 'error',
  path: '/nodes/n2/qemu/101/agent',
  message: 'QEMU guest agent is not running',
};

describe('a move before the simulated cluster', () => {
  it('ends with its checks, asked of agent and nodes', async () => {
    const lab = createLab({ guests: [vm(101, { load: { kind: 'constant', level: 0.9 }, vcpus: 8 })] });
    const m = await lab.approve(101, 'n1', 'n2');
    await lab.pass(120);
    const { checks, rollback } = completed(lab, m)!;
    expect(checks!.map(({ name, passed }) => [name, passed])).toEqual(checks!.map(({ name }) => [name, true]));
    expect(checks!.find(({ name }) => name === 'guest_responsive')!.actual).toBe('running; its guest agent answers');
    expect(rollback).toBe(undefined);
    expect(await clean(lab)).toEqual([]);
  });

  it('asks nobody where the token may not, and takes running for responding', async () => {
    const lab = createLab(
      one,
      rights.filter((right) => !right.startsWith('VM.GuestAgent')),
    );
    const m = await lab.approve(101, 'n1', 'n2');
    await lab.pass(120);
    expect(completed(lab, m)!.checks![0]).toMatchObject({ name: 'guest_responsive', actual: 'running', passed: true });
  });

  it('brings a guest back whose agent falls silent, once', async () => {
    const lab = createLab(one);
    faulty(lab, mute);
    const m = await lab.approve(101, 'n1', 'n2');
    await lab.pass(300);
    expect(completed(lab, m)!.rollback).toMatchObject({ wanted: true });
    expect(lab.nodeOf(101)).toBe('n1');
    expect(posts(lab)).toHaveLength(2);
    expect(ends(lab.memory, { ...m, migration_id: `${m.migration_id}-back` })).toEqual(['migration.completed']);
    expect(await clean(lab)).toEqual([]);
  });

  it('leaves a guest whose agent was silent before', async () => {
    const lab = createLab(one);
    faulty(lab, mute, { ...mute, path: '/nodes/n1/qemu/101/agent' });
    const m = await lab.approve(101, 'n1', 'n2');
    await lab.pass(120);
    expect(completed(lab, m)!.rollback).toBe(undefined);
    expect(posts(lab)).toHaveLength(1);
  });

  it('stops a transfer that would end in a long pause', async () => {
    const nodes = ['n1', 'n2', 'n3'].map((name) => ({ name, link_mib_s: 100 }));
    const lab = createLab({ ...one, nodes });
    faulty(lab, { kind: 'never_converge' });
    const m = await lab.approve(101, 'n1', 'n2');
    await lab.pass(400);
    expect(failed(lab, m)).toMatchObject({
      fault: 'guest',
      reason: expect.stringMatching(/^stopped: it does not converge/),
    });
    expect(lab.simulator.inspect().moves[0]!.downtime_ms).toBeLessThan(1000);
    expect(lab.writes.filter((call) => call.startsWith('DELETE'))).toHaveLength(1);
    expect(lab.nodeOf(101)).toBe('n1');
  });
});

describe('a guest of HA', () => {
  it('that was to be stopped and could not be says so on its way and where it arrives', async () => {
    const lab = createLab(service);
    faulty(lab, { kind: 'never_converge' });
    const m = await lab.approve(101, 'n1', 'n2');
    await lab.pass(1500);
    const words = /was to be stopped \(it does not converge: .*\), could not be: .*Sys\.Modify on \/nodes\/n1/;
    expect(completed(lab, m)!.warnings).toEqual([expect.stringMatching(words)]);
    const steps = [...lab.memory.stream.values()].map(({ data }) => (data as { step?: string }).step ?? '');
    expect(steps.some((step) => words.test(step))).toBe(true);
  });

  it('is followed through the request to its arrival', async () => {
    const lab = createLab(service);
    const m = await lab.approve(101, 'n1', 'n2');
    await lab.pass(180);
    expect(completed(lab, m)!.upid).toMatch(/:qmigrate:101:root@pam:$/);
    expect(lab.nodeOf(101)).toBe('n2');
  });

  it.each([
    [
      'fails at the start',
      { kind: 'fail', at: 'start', message: "Can't connect to destination address" },
      /destination address/,
    ],
    ['fails at switch-over', { kind: 'fail', at: 'switch_over' }, /./],
    ['is killed', { kind: 'killed' }, /unexpected status/],
    ['is not taken up', { kind: 'ha_ignores' }, /HA did not carry it out/],
  ] as [string, FaultInput, RegExp][])(
    'has failed where its move %s, though the request was accepted',
    async (_, fault, words) => {
      const lab = createLab(service);
      faulty(lab, fault);
      const m = await lab.approve(101, 'n1', 'n2');
      await lab.pass(400);
      expect(ends(lab.memory, m)).toEqual(['migration.failed']);
      expect(failed(lab, m)!.reason).toMatch(words);
      expect(lab.nodeOf(101)).toBe('n1');
      expect(posts(lab)).toHaveLength(1);
    },
  );

  it('is waited for while others are before it, however many minutes that takes', async () => {
    const busy = { guests: [vm(101, { ha: {} }), vm(102, { ha: {}, memory_gib: 60 })], ha: { max_workers: 1 } };
    const lab = createLab({
      ...busy,
      nodes: ['n1', 'n2', 'n3'].map((name) => ({ name, memory_gib: 256, link_mib_s: 100 })),
    });
    byHand(lab, 'POST', '/nodes/n1/qemu/102/migrate', { target: 'n3', online: '1' });
    lab.simulator.advance(lab.simulator.now() + 20_000);
    const m = await lab.approve(101, 'n1', 'n2');
    await lab.pass(240);
    expect(ends(lab.memory, m)).toEqual([]);
    await lab.pass(700);
    expect(ends(lab.memory, m)).toEqual(['migration.completed']);
    expect(posts(lab)).toHaveLength(1);
  });

  it('that Proxmox balances itself is left to it, also where that was switched on after the approval', async () => {
    const lab = createLab({ ...service, version: '9.2' });
    const before = await lab.approve(101, 'n1', 'n2');
    await lab.pass(120);
    expect(ends(lab.memory, before)).toEqual(['migration.completed']);
    lab.writes.length = 0;
    lab.simulator.faults.add({ kind: 'crs_on' });
    const m = await lab.approve(101, 'n2', 'n1');
    await lab.pass(20);
    expect(refused(lab, m)).toMatchObject({ code: 'unwanted', reason: expect.stringMatching(/CRS dynamic\) owns it/) });
    expect(posts(lab)).toEqual([]);
  });
});

describe('trouble at the edge', () => {
  it.each([
    ['a target that is gone', { kind: 'node_down', node: 'n2' }, 'target_unavailable', /n2 is offline/],
    ['a source that is gone', { kind: 'node_down', node: 'n1' }, 'unread', /n1.*30 s at most/],
    ['quorum lost', { kind: 'no_quorum' }, 'not_allowed', /quorum/],
    ['a target in maintenance', { kind: 'maintenance', node: 'n2' }, 'target_unavailable', /in maintenance/],
    [
      'a node that does not answer for another (595)',
      { kind: 'error', path: '/nodes/n1/qemu', status: 595, message: 'No route to host' },
      'unread',
      /could not be reached/,
    ],
    [
      'a request refused with 595',
      { kind: 'error', path: '/nodes/n1/qemu', method: 'POST', status: 595, message: 'No route to host' },
      'target_unavailable',
      /could not be reached/,
    ],
  ] as [string, FaultInput, string, RegExp][])(
    '%s: refused in the end, and nothing is held',
    async (_, fault, code, words) => {
      const lab = createLab(one);
      faulty(lab, fault);
      const m = await lab.approve(101, 'n1', 'n2');
      await lab.pass(60);
      expect(refused(lab, m)).toMatchObject({ code, reason: expect.stringMatching(words) });
      expect(lab.nodeOf(101)).toBe('n1');
      expect(await clean(lab)).toEqual([]);
    },
  );

  it('a lock that stays: refused when the approval expires', async () => {
    const lab = createLab(one);
    faulty(lab, { kind: 'locked', vmid: 101 });
    const m = await lab.approve(101, 'n1', 'n2');
    await lab.pass(290);
    expect(ends(lab.memory, m)).toEqual([]);
    await lab.pass(20);
    expect(refused(lab, m)).toMatchObject({
      code: 'locked',
      reason: expect.stringMatching(/locked \(backup\).*expired/),
    });
    expect(await clean(lab)).toEqual([]);
  });

  it.each([
    ['snapshot', 20],
    ['backup', 120],
  ] as const)('a lock (%s) that goes after %i s is waited out', async (lock, for_s) => {
    const lab = createLab(one);
    faulty(lab, { kind: 'locked', vmid: 101, lock, for_s });
    const m = await lab.approve(101, 'n1', 'n2');
    await lab.pass(for_s + 100);
    expect(ends(lab.memory, m)).toEqual(['migration.completed']);
  });

  it.each([
    ['VM.Migrate', /lacks VM.Migrate on \/vms\/101/],
    ['VM.Audit', /./],
  ])('a token without %s: refused with path and right', async (right, words) => {
    const lab = createLab(
      one,
      rights.filter((r) => r !== right),
    );
    const m = await lab.approve(101, 'n1', 'n2');
    await lab.pass(60);
    expect(ends(lab.memory, m)).toEqual(['migration.refused']);
    expect(refused(lab, m)!.reason).toMatch(words);
    expect(lab.nodeOf(101)).toBe('n1');
  });

  it('a request whose answer is lost is found again, and never sent twice', async () => {
    const lab = createLab(one);
    faulty(lab, { kind: 'lost_answer', delay_ms: 0 });
    const m = await lab.approve(101, 'n1', 'n2');
    await lab.pass(160);
    expect(ends(lab.memory, m)).toEqual(['migration.completed']);
    expect(posts(lab)).toHaveLength(1);
  });

  it.each([
    ['ahead', -3600],
    ['back', 3600],
  ])(
    'an executor that has asked nothing since the clock of Proxmox was set %s asks before it refuses',
    async (_, s) => {
      const lab = createLab(one);
      await lab.proxmox.version();
      lab.setBack(s);
      const m = await lab.approve(101, 'n1', 'n2');
      await lab.pass(120);
      expect(ends(lab.memory, m)).toEqual(['migration.completed']);
    },
  );

  it('an approval that is over by the clock that Proxmox tells now is refused', async () => {
    const lab = createLab(one);
    await lab.proxmox.version();
    lab.setBack(3600);
    const approved_at = new Date(lab.simulator.now() - 600_000).toISOString();
    const m = await lab.approve(101, 'n1', 'n2', { approved_at, expires_at: approved_at });
    await lab.pass(20);
    expect(refused(lab, m)).toMatchObject({ code: 'expired', reason: expect.stringMatching(/ 60[0-9] s later/) });
  });

  it.each([
    ['10 minutes', 600],
    ['two days, at which its tasks are not taken for ours', 172_800],
  ])('a request to a busy HA whose answer is lost, on a node whose clock is behind by %s', async (_, seconds) => {
    const lab = createLab(service);
    faulty(
      lab,
      { kind: 'clock_off', node: 'n1', seconds: -seconds },
      { kind: 'lost_answer', how: 'cut', times: 1 },
      { kind: 'ha_delays', delay_s: 150 },
    );
    const m = await lab.approve(101, 'n1', 'n2');
    await lab.pass(140);
    expect(ends(lab.memory, m)).toEqual([]);
    expect(await lab.ledger.list('lab.claim')).not.toEqual([]);
    await lab.pass(120);
    expect(ends(lab.memory, m)).toEqual(['migration.completed']);
    expect(lab.nodeOf(101)).toBe('n2');
    expect(posts(lab)).toHaveLength(1);
  });

  it.each([0, 20, 120])('a person who moved the guest elsewhere %i s before', async (seconds) => {
    const lab = createLab(one);
    byHand(lab, 'POST', '/nodes/n1/qemu/101/migrate', { target: 'n3', online: '1' });
    lab.simulator.advance(lab.simulator.now() + 1000 * seconds);
    const m = await lab.approve(101, 'n1', 'n2');
    await lab.pass(120);
    expect(refused(lab, m)).toMatchObject({ code: 'moved', reason: expect.stringMatching(/is on n3, not on n1/) });
    expect(lab.nodeOf(101)).toBe('n3');
    expect(posts(lab)).toEqual([]);
  });

  it.each([
    ['a VM', {}],
    ['a VM of HA', { ha: {} }],
  ])(
    'a person who moves %s elsewhere right when the request is lost: their migration is left alone',
    async (_, more) => {
      const lab = createLab({ guests: [vm(101, { memory_gib: 32, ...more })] });
      faulty(
        lab,
        { kind: 'cut', path: '/nodes/n1/qemu/101/migrate', method: 'POST' },
        { kind: 'never_converge' },
        { kind: 'by_hand', vmid: 101, does: 'move', target: 'n3', after_s: 3 },
      );
      const m = await lab.approve(101, 'n1', 'n2');
      await lab.pass(900);
      expect(ends(lab.memory, m)).toEqual(['migration.refused']);
      expect(refused(lab, m)).toMatchObject({
        code: 'moved',
        reason: 'not started: root@pam moves qemu/101 to n3 meanwhile',
      });
      expect(lab.writes.filter((call) => call.startsWith('DELETE'))).toEqual([]);
    },
  );

  it('a person who stops the move: it failed, and the guest is where it was', async () => {
    const lab = createLab({ guests: [vm(101, { memory_gib: 32 })] });
    const m = await lab.approve(101, 'n1', 'n2');
    await lab.pass(10);
    const { upid } = eventOf<DataOf<typeof migrationStarted>>(lab.memory, 'migration.started', m)!;
    byHand(lab, 'DELETE', `/nodes/n1/tasks/${upid}`);
    await lab.pass(120);
    expect(failed(lab, m)!.reason).toMatch(/interrupt|signal|aborted/);
    expect(lab.nodeOf(101)).toBe('n1');
  });

  it('a target that dies on the way: it failed, the guest stays', async () => {
    const lab = createLab({ guests: [vm(101, { memory_gib: 32 })] });
    faulty(lab, { kind: 'node_down', node: 'n2', after_s: 12 });
    const m = await lab.approve(101, 'n1', 'n2');
    await lab.pass(200);
    expect(ends(lab.memory, m)).toEqual(['migration.failed']);
    expect(lab.nodeOf(101)).toBe('n1');
  });
});

describe.each(['8.4', '9.1', '9.2'] as const)('Proxmox VE %s', (version) => {
  const all = [...rights, 'VM.Monitor'];
  it.each([
    ['a VM', {}],
    ['a VM of HA', { ha: {} }],
    ['a container', { type: 'lxc' }],
    ['a container of HA', { type: 'lxc', ha: {} }],
  ])('moves %s and finds it well', async (_, more) => {
    const lab = createLab({ version, guests: [vm(101, more)] }, all);
    const m = await lab.approve(101, 'n1', 'n2');
    await lab.pass(240);
    expect(ends(lab.memory, m)).toEqual(['migration.completed']);
    const { checks } = completed(lab, m)!;
    expect(checks!.find(({ name }) => name === 'guest_responsive')).toMatchObject({ passed: true });
    expect(checks!.find(({ name }) => name === 'task_ok')).toMatchObject({ passed: true });
    expect(lab.nodeOf(101)).toBe('n2');
    expect(posts(lab)).toHaveLength(1);
  });
});

describe('what binds a guest to its node', () => {
  const nodes = () => [{ name: 'n1' }, { name: 'n2' }, { name: 'n3' }];
  const mappings = [{ name: 'nic', nodes: ['n1', 'n2'], live: true }];
  it.each([
    ['a PCI device', { hostpci0: '0000:01:00.0' }, [], /bound to its node by hostpci0/],
    ['a USB device', { usb0: 'host=1234:5678' }, [], /bound to its node by usb0/],
    [
      'a mapped device that may not follow',
      { hostpci0: 'mapping=nic' },
      [{ ...mappings[0]!, live: false }],
      /hostpci0/,
    ],
    [
      'a mapped device that the target does not have',
      { hostpci0: 'mapping=nic' },
      [{ ...mappings[0]!, nodes: ['n1', 'n3'] }],
      /mapped device nic is not available there/,
    ],
    ['an image in its drive', { ide2: 'local:iso/x.iso,media=cdrom' }, [], /a CD image on a local storage: eject it/],
  ])('%s: refused before anything is locked', async (_, config, mapped, words) => {
    const lab = createLab({ guests: [vm(101, { config })], nodes: nodes(), mappings: mapped });
    const m = await lab.approve(101, 'n1', 'n2');
    await lab.pass(30);
    expect(refused(lab, m)).toMatchObject({ code: 'not_allowed', reason: expect.stringMatching(words) });
    expect(posts(lab)).toEqual([]);
  });

  it('a mapped device that may follow goes with it', async () => {
    const lab = createLab({ guests: [vm(101, { config: { hostpci0: 'mapping=nic' } })], nodes: nodes(), mappings });
    const m = await lab.approve(101, 'n1', 'n2');
    await lab.pass(160);
    expect(ends(lab.memory, m)).toEqual(['migration.completed']);
  });
});

describe('a container', () => {
  it('restarts where it goes, and does not restart once more to come back', async () => {
    const lab = createLab({ guests: [vm(101, { type: 'lxc' })] });
    const m = await lab.approve(101, 'n1', 'n2');
    await lab.pass(160);
    expect(completed(lab, m)!.transfer?.downtime_seconds).toBeGreaterThan(5);
    expect(completed(lab, m)!.checks![0]).toMatchObject({ name: 'guest_responsive', passed: true });
    expect(lab.nodeOf(101)).toBe('n2');
  });

  it('does not go where its restart is not allowed', async () => {
    const rules = { allow_container_restarts: false };
    const lab = createLab({ guests: [vm(101, { type: 'lxc' })] }, rights, {
      mode: 'auto',
      automated_migrations: { dry_run: false, rules },
    });
    const m = await lab.approve(101, 'n1', 'n2');
    await lab.pass(20);
    expect(refused(lab, m)).toMatchObject({ code: 'unwanted' });
    expect(posts(lab)).toEqual([]);
  });
});
