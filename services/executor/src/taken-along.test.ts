import type {
  ApprovedMigration,
  DataOf,
  migrationCompleted,
  migrationRefused,
  migrationStarted,
} from '@evenkeel/contracts';
import type { DescriptionInput } from '@evenkeel/simulator';
import { describe, expect, it } from 'vitest';
import { createLab, ends, eventOf, type Lab, rights } from './testing/index.ts';

type Guest = NonNullable<DescriptionInput['guests']>[number];

const keep = {
  rule: 'keep',
  type: 'resource-affinity' as const,
  resources: ['vm:101', 'vm:102'],
  affinity: 'positive' as const,
};
const guest = (vmid: number, more: Partial<Guest> = {}): Guest => ({
  vmid,
  name: `vm${vmid}`,
  node: 'n1',
  ha: {},
  ...more,
});
const open = (second: Partial<Guest> = {}, more: Partial<DescriptionInput> = {}, limit = 1) =>
  createLab({ guests: [guest(101), guest(102, second)], ha: { rules: [keep] }, ...more }, rights, {
    mode: 'auto',
    automated_migrations: { dry_run: false, rules: { max_concurrent_migrations: limit, grace_period_seconds: 0 } },
  });

const first: Partial<ApprovedMigration> = { companions: ['qemu/102'] };
const second: Partial<ApprovedMigration> = { companions: ['qemu/101'] };
const approveBoth = async (lab: Lab) =>
  [await lab.approve(101, 'n1', 'n2', first), await lab.approve(102, 'n1', 'n2', second)] as const;

const nodes = (lab: Lab) => [lab.nodeOf(101), lab.nodeOf(102)];
const started = (lab: Lab, m: ApprovedMigration) =>
  eventOf<DataOf<typeof migrationStarted>>(lab.memory, 'migration.started', m);
const completed = (lab: Lab, m: ApprovedMigration) =>
  eventOf<DataOf<typeof migrationCompleted>>(lab.memory, 'migration.completed', m);
const reasonOf = (lab: Lab, m: ApprovedMigration) =>
  eventOf<DataOf<typeof migrationRefused>>(lab.memory, 'migration.refused', m)?.reason;

describe('two HA guests that a rule of HA binds together', () => {
  it('go on one request, each told as what became of it', async () => {
    const lab = open();
    const [a, b] = await approveBoth(lab);
    await lab.pass(200);
    expect(nodes(lab)).toEqual(['n2', 'n2']);
    expect(lab.writes).toEqual(['POST /api2/json/nodes/n1/qemu/101/migrate']);
    expect([ends(lab.memory, a), ends(lab.memory, b)]).toEqual([['migration.completed'], ['migration.completed']]);
    expect(started(lab, a)).toMatchObject({ adopted: false, taken_along: ['qemu/102'] });
    expect(started(lab, b)).toMatchObject({ adopted: true, along_with: a.migration_id });
    expect(completed(lab, b)).toMatchObject({ along_with: a.migration_id, transfer: expect.anything() });
    expect(completed(lab, b)?.upid).toMatch(/:qmigrate:102:/);
    expect(await lab.ledger.list('lab.claim')).toEqual([]);
  });

  it('hold their nodes until both are there: nothing else begins', async () => {
    const lab = open(
      { memory_gib: 64 },
      { guests: [guest(101), guest(102, { memory_gib: 64 }), guest(103, { ha: undefined })] },
      3,
    );
    const [, b] = await approveBoth(lab);
    const c = await lab.approve(103, 'n1', 'n3');
    await lab.pass(280);
    const arrived = Date.parse(completed(lab, b)!.completed_at);
    expect(Date.parse(started(lab, c)!.started_at)).toBeGreaterThan(arrived);
  });

  it.each<[string, Partial<Guest>, Partial<DescriptionInput>, string]>([
    ['is to be left alone', { tags: ['ignore'] }, {}, 'HA would take qemu/102 along: qemu/102: it is tagged ignore'],
    [
      'is pinned',
      { tags: ['plb_pin_n1'] },
      {},
      'HA would take qemu/102 along: qemu/102: pin plb_pin_n1 wants it on n1',
    ],
    [
      'has no room beside the first',
      { memory_gib: 50, memory: { level: 0.9 } },
      {
        nodes: ['n1', 'n2', 'n3'].map((name) => ({ name, memory_gib: 96 })),
        guests: [
          guest(101, { memory_gib: 50, memory: { level: 0.9 } }),
          guest(102, { memory_gib: 50, memory: { level: 0.9 } }),
        ],
      },
      'qemu/101 with qemu/102: n2 would use',
    ],
    ['would come from a third node', { node: 'n3' }, {}, 'HA would take qemu/102 along from n3'],
  ])('none is moved where the second %s', async (_, more, description, reason) => {
    const lab = open(more, description);
    const [a] = await approveBoth(lab);
    await lab.pass(60);
    expect(reasonOf(lab, a)).toContain(reason);
    expect(lab.writes).toEqual([]);
  });

  it('none is moved where nobody approved the second', async () => {
    const lab = open();
    const a = await lab.approve(101, 'n1', 'n2');
    await lab.pass(60);
    expect(reasonOf(lab, a)).toContain('binds it to qemu/102, which is not on n2');
    expect(lab.writes).toEqual([]);
  });

  it('the first waits for the approval of the second, and for its lock', async () => {
    const lab = open({ lock: 'backup' });
    const a = await lab.approve(101, 'n1', 'n2', first);
    await lab.pass(60);
    expect(ends(lab.memory, a)).toEqual([]);
    const b = await lab.approve(102, 'n1', 'n2', second);
    await lab.pass(400);
    expect(lab.writes).toEqual([]);
    expect(reasonOf(lab, a)).toMatch(/^HA would take qemu\/102 along: .* is locked \(backup\); .* had not started$/);
    expect(ends(lab.memory, b)).toEqual(['migration.refused']);
  });

  it.each<[string, Partial<Guest>, string, string]>([
    ['VM', {}, 'qemu/102', 'vm:102'],
    ['container, which restarts nothing,', { type: 'lxc' }, 'lxc/102', 'ct:102'],
  ])('a second that is a stopped %s goes along, and that is said', async (_, more, along, sid) => {
    const lab = open({ status: 'stopped', ...more }, { ha: { rules: [{ ...keep, resources: ['vm:101', sid] }] } });
    const a = await lab.approve(101, 'n1', 'n2');
    await lab.pass(200);
    expect(ends(lab.memory, a)).toEqual(['migration.completed']);
    expect(started(lab, a)).toMatchObject({ taken_along: [along] });
  });

  it('both wait, and are refused, where one is locked after the other', async () => {
    const lab = open({ lock: 'backup' });
    const [a, b] = await approveBoth(lab);
    await lab.pass(20);
    lab.simulator.faults.add({ kind: 'by_hand', vmid: 102, does: 'unlock' });
    lab.simulator.faults.add({ kind: 'by_hand', vmid: 101, does: 'lock' });
    await lab.pass(400);
    expect(lab.writes).toEqual([]);
    expect([ends(lab.memory, a), ends(lab.memory, b)]).toEqual([['migration.refused'], ['migration.refused']]);
    expect(await lab.ledger.list('lab.claim')).toEqual([]);
  });

  it('each failure is told of its own guest', async () => {
    const lab = open();
    lab.simulator.faults.add({ kind: 'ha_ignores' });
    const [a, b] = await approveBoth(lab);
    await lab.pass(400);
    expect([ends(lab.memory, a), ends(lab.memory, b)]).toEqual([['migration.failed'], ['migration.failed']]);
    expect(await lab.ledger.list('lab.claim')).toEqual([]);
  });

  it('the second is judged by itself where the request for the first was refused', async () => {
    const lab = open();
    lab.simulator.faults.add({ kind: 'refuse', vmid: 101, status: 500 });
    const [a, b] = await approveBoth(lab);
    await lab.pass(200);
    expect([ends(lab.memory, a), ends(lab.memory, b)]).toEqual([['migration.refused'], ['migration.refused']]);
    expect(reasonOf(lab, b)).toContain('of the migrations there that of qemu/101 was refused');
    expect(nodes(lab)).toEqual(['n1', 'n1']);
  });
});
