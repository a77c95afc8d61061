import type { ApprovedMigration, DataOf, migrationFailed, migrationRefused } from '@evenkeel/contracts';
import type { FaultInput } from '@evenkeel/simulator';
import { afterEach, describe, expect, it } from 'vitest';
import { ends, eventOf, type HttpsLab, openHttpsLab } from './testing/index.ts';

let lab: HttpsLab;
afterEach(() => lab.close());

const posts = () => lab.writes.filter((call) => call.startsWith('POST'));
const refused = (m: ApprovedMigration) => eventOf<DataOf<typeof migrationRefused>>(lab.memory, 'migration.refused', m)!;
const failed = (m: ApprovedMigration) => eventOf<DataOf<typeof migrationFailed>>(lab.memory, 'migration.failed', m)!;
/** One that is on its way, and of which nothing has been heard but its start. */
async function underWay(): Promise<ApprovedMigration> {
  const m = await lab.approve(101, 'n1', 'n2');
  await lab.pass(8);
  expect([posts().length, ends(lab.memory, m)]).toEqual([1, []]);
  return m;
}

describe('over HTTPS, while a migration is followed', () => {
  it('the host that is asked goes away: the other is asked, and it is one migration', async () => {
    lab = await openHttpsLab();
    const m = await underWay();
    await lab.leave(0);
    await lab.pass(160);
    expect([ends(lab.memory, m), posts().length, lab.nodeOf(101)]).toEqual([['migration.completed'], 1, 'n2']);
    expect(lab.memory.conflicts).toEqual([]);
  });

  it('both hosts go away for longer than it takes: its end is found once one is back', async () => {
    lab = await openHttpsLab();
    const m = await underWay();
    await Promise.all([lab.leave(0), lab.leave(1)]);
    await lab.pass(120);
    expect(ends(lab.memory, m)).toEqual([]);
    await lab.comeBack(1);
    await lab.pass(100);
    expect([ends(lab.memory, m), posts().length]).toEqual([['migration.completed'], 1]);
  });

  it('a certificate is renewed while it runs: nothing is believed of it, and both fingerprints are said', async () => {
    lab = await openHttpsLab();
    const { shown, renewed } = await lab.fingerprints();
    const m = await underWay();
    lab.simulator.faults.add({ kind: 'new_certificate', for_s: 100 });
    await lab.pass(60);
    expect(ends(lab.memory, m)).toEqual([]);
    const told = lab.troubles.filter(({ kind }) => kind === 'certificate').at(-1)?.message;
    expect(renewed.some((one) => told?.includes(`fingerprint is ${one}`))).toBe(true);
    expect(shown.every((one) => told?.includes(one))).toBe(true);
    await lab.pass(160);
    expect([ends(lab.memory, m), posts().length]).toEqual([['migration.completed'], 1]);
  });

  it.each([
    ['to see its guest', 'VM.Audit', '/vms/101'],
    ['to see any guest', 'VM.Audit', '/'],
    ['to see nodes and tasks', 'Sys.Audit', '/'],
    ['to migrate', 'VM.Migrate', '/'],
  ])(
    'the right %s is withdrawn while it runs, and given back: nothing is said of it that is not so',
    async (_, privilege, path) => {
      lab = await openHttpsLab();
      const m = await underWay();
      lab.simulator.faults.add({ kind: 'right_withdrawn', privilege, path, for_s: 300 });
      await lab.pass(280);
      expect(ends(lab.memory, m)).not.toContain('migration.failed');
      await lab.pass(100);
      expect([ends(lab.memory, m), posts().length, lab.nodeOf(101)]).toEqual([['migration.completed'], 1, 'n2']);
    },
  );

  it('certificates are exchanged: nothing is believed of the new ones, and it ends once one is trusted', async () => {
    lab = await openHttpsLab();
    const m = await underWay();
    await Promise.all([lab.leave(0), lab.leave(1)]);
    await Promise.all([lab.comeBack(0, true), lab.comeBack(1, true)]);
    await lab.pass(60);
    expect(ends(lab.memory, m)).toEqual([]);
    expect(lab.troubles.at(-1)).toMatchObject({
      kind: 'certificate',
      message: expect.stringMatching(/fingerprint is ([0-9A-F]{2}:){31}.. ?, expected .*set the new fingerprint/s),
    });
    lab.troubles.length = 0;
  });

  it.each<[string, FaultInput, string, RegExp]>([
    ['the token is revoked', { kind: 'unauthorized', for_s: 60 }, 'unauthorized', /API token is not accepted/],
    [
      'the token loses a right',
      { kind: 'error', path: '/', status: 403, message: 'Permission check failed (/nodes/n1, Sys.Audit)', for_s: 60 },
      'forbidden',
      /lacks Sys\.Audit on \/nodes\/n1; grant it/,
    ],
    ['595', { kind: 'error', path: '/', status: 595, message: 'No route to host', for_s: 60 }, 'unreachable', /595/],
    ['596', { kind: 'error', path: '/', status: 596, message: 'Connection timed out', for_s: 60 }, 'timeout', /596/],
    ['connections are cut', { kind: 'cut', path: '/', for_s: 60 }, 'unreachable', /the connection broke/],
  ])('%s, and that passes: one migration, one end', async (_, fault, kind, words) => {
    lab = await openHttpsLab();
    const m = await underWay();
    lab.simulator.faults.add(fault);
    await lab.pass(48);
    expect(ends(lab.memory, m)).toEqual([]);
    expect(lab.troubles.at(-1)).toMatchObject({ kind, message: expect.stringMatching(words) });
    await lab.pass(160);
    expect([ends(lab.memory, m), posts().length, lab.nodeOf(101)]).toEqual([['migration.completed'], 1, 'n2']);
  });

  it('the token is revoked for good: it is given up as unknown in the end, with the reason, and its guest is held', async () => {
    lab = await openHttpsLab();
    const m = await underWay();
    lab.simulator.faults.add({
      kind: 'error',
      path: '/nodes/n1/tasks',
      status: 401,
      message: 'Authentication failed!',
    });
    lab.simulator.faults.add({ kind: 'killed', progress: 0.1 });
    lab.simulator.faults.add({ kind: 'locked', vmid: 101, lock: 'migrate' });
    await lab.pass(900, 30);
    expect(ends(lab.memory, m)).toEqual(['migration.failed']);
    expect(failed(m)).toMatchObject({ fault: 'unknown', reason: expect.stringMatching(/API token is not accepted/) });
  });
});

describe('over HTTPS, before a migration starts', () => {
  it.each<[string, FaultInput, string, RegExp]>([
    ['the token is revoked', { kind: 'unauthorized' }, 'unread', /API token is not accepted .*30 s at most/],
    [
      'the token may not migrate this guest any more',
      {
        kind: 'error',
        path: '/nodes/n1/qemu/101/migrate',
        status: 403,
        message: 'Permission check failed (/vms/101, VM.Migrate)',
      },
      'no_right',
      /lacks VM\.Migrate on \/vms\/101; grant it to the user and, with privilege separation, to the token too/,
    ],
    [
      'only the request itself is refused it',
      {
        kind: 'error',
        path: '/nodes/n1/qemu/101/migrate',
        method: 'POST',
        status: 403,
        message: 'Permission check failed (/vms/101, VM.Migrate)',
      },
      'no_right',
      /lacks VM\.Migrate on \/vms\/101/,
    ],
    [
      'the right to see it is withdrawn',
      { kind: 'right_withdrawn', privilege: 'VM.Audit', path: '/vms/101' },
      'no_right',
      /lacks VM\.Audit on \/vms\/101; grant it/,
    ],
    [
      'the right to migrate it is withdrawn from where it was given',
      { kind: 'right_withdrawn', privilege: 'VM.Migrate' },
      'no_right',
      /lacks VM\.Migrate on \/vms\/101; grant it/,
    ],
    ['596 on every read', { kind: 'error', path: '/', status: 596, message: 'Connection timed out' }, 'unread', /596/],
  ])('%s: refused with the reason', async (_, fault, code, words) => {
    lab = await openHttpsLab();
    lab.simulator.faults.add(fault);
    const m = await lab.approve(101, 'n1', 'n2');
    await lab.pass(60);
    expect(refused(m)).toMatchObject({ code, reason: expect.stringMatching(words) });
    expect(lab.nodeOf(101)).toBe('n1');
  });

  it('both certificates are new: refused with the old and the new fingerprint, and no token is sent', async () => {
    lab = await openHttpsLab();
    await Promise.all([lab.leave(0), lab.leave(1)]);
    await Promise.all([lab.comeBack(0, true), lab.comeBack(1, true)]);
    const m = await lab.approve(101, 'n1', 'n2');
    await lab.pass(60);
    expect(refused(m)).toMatchObject({
      code: 'unread',
      reason: expect.stringMatching(/certificate fingerprint is .*expected/),
    });
    expect(lab.writes).toEqual([]);
  });

  it('596 after the request was accepted: it is found, and never sent twice', async () => {
    lab = await openHttpsLab();
    lab.simulator.faults.add({ kind: 'lost_answer' });
    const m = await lab.approve(101, 'n1', 'n2');
    await lab.pass(240);
    expect([ends(lab.memory, m), posts().length]).toEqual([['migration.completed'], 1]);
  });
});
