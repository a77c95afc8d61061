import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMigrationLog } from './migration-log.ts';

const MiB = 2 ** 20;
const GiB = 2 ** 30;
const at = (second: number, text: string): string => `2026-05-01 10:00:${String(second).padStart(2, '0')} ${text}`;

const live = [
  'task started by HA resource agent',
  at(0, 'use dedicated network address for sending migration traffic (10.1.1.2)'),
  at(0, "starting migration of VM 100 to node 'n2' (10.1.1.2)"),
  at(1, "starting VM 100 on remote node 'n2'"),
  '',
  'conntrack state migration not supported or disabled',
  at(
    5,
    'migration active, transferred 512.0 MiB of 4.0 GiB VM-state, 399.1 MiB/s, VM dirties lots of memory: 200.0 MiB/s',
  ),
  at(
    6,
    'migration active, transferred 1.5 GiB of 4.0 GiB VM-state, 399.1 MiB/s, VM dirties lots of memory: 300.0 MiB/s',
  ),
];
const landed = [
  at(14, 'average migration speed: 457.0 MiB/s - downtime 73 ms'),
  at(14, 'migration completed, transferred 3.0 GiB VM-state'),
  at(14, 'migration status: completed'),
  at(18, 'migration finished successfully (duration 00:00:18)'),
  'TASK OK',
];

describe('a live migration', () => {
  it('in its course shows how far it is', () => {
    expect(parseMigrationLog(live)).toEqual({
      ok: false,
      target: 'n2',
      progress: { transferred_bytes: 1.5 * GiB, total_bytes: 4 * GiB },
    });
  });

  it('that landed tells what it moved, not what Proxmox calls its speed', () => {
    expect(parseMigrationLog([...live, ...landed])).toEqual({
      ok: true,
      target: 'n2',
      transfer: {
        duration_seconds: 18,
        downtime_seconds: 0.073,
        bytes: 3 * GiB,
        ram_bytes: 4 * GiB,
        dirty_bytes_per_second: 250 * MiB,
      },
      progress: { transferred_bytes: 3 * GiB, total_bytes: 4 * GiB },
    });
  });

  it('of an older version has no closing line and keeps the last figure', () => {
    const lines = [...live, ...landed].filter((line) => !line.includes('migration completed'));
    expect(parseMigrationLog(lines).transfer?.bytes).toBe(1.5 * GiB);
  });

  it('with warnings is a success, and its disks count', () => {
    const disks = [
      at(2, 'drive-scsi0: transferred 1.0 GiB of 2.0 GiB (50.00%) in 5s'),
      at(3, 'drive-scsi0: transferred 2.0 GiB of 2.0 GiB (100.00%) in 9s, ready'),
    ];
    const { ok, transfer } = parseMigrationLog([...disks, ...live, ...landed.slice(0, -1), 'TASK WARNINGS: 1']);
    expect([ok, transfer?.bytes, transfer?.ram_bytes]).toEqual([true, 5 * GiB, 4 * GiB]);
  });
});

it('a container is down from its shutdown to the end', () => {
  const lines = [
    at(0, 'shutdown CT 101'),
    at(6, "starting migration of CT 101 to node 'n2' (10.0.0.2)"),
    at(8, 'start container on target node'),
    at(11, 'migration finished successfully (duration 00:00:12)'),
    'TASK OK',
  ];
  expect(parseMigrationLog(lines)).toEqual({
    ok: true,
    target: 'n2',
    transfer: { duration_seconds: 12, downtime_seconds: 11 },
  });
});

it.each([
  ["can't migrate VM which uses local devices: hostpci0", 'guest'],
  [
    "can't migrate local disk 'local-lvm:vm-100-disk-0': can't live migrate attached local disks without with-local-disks option",
    'guest',
  ],
  ["Can't connect to destination address using public key", 'path'],
  ["storage 'nvme' is not available on node 'n2'", 'path'],
  ['kvm: out of memory', 'path'],
  ['VM is locked (backup)', 'guest'],
  ['cluster not ready - no quorum?', 'cluster'],
  ['interrupted by signal', 'unknown'],
  ['the moon is full', 'unknown'],
])('aborted by "%s" is the fault of: %s', (reason, fault) => {
  const lines = [
    at(0, 'starting migration'),
    at(1, `ERROR: migration aborted (duration 00:00:01): ${reason}`),
    'TASK ERROR: migration aborted',
  ];
  expect(parseMigrationLog(lines)).toEqual({ ok: false, failure: { reason, fault } });
});

it('the first error is the reason, what follows is cleaning up', () => {
  const lines = [
    ...live,
    at(9, 'ERROR: online migrate failure - remote command failed with exit code 255'),
    at(9, 'aborting phase 2 - cleanup resources'),
    at(10, 'ERROR: migration finished with problems (duration 00:00:10)'),
    'TASK ERROR: migration problems',
  ];
  expect(parseMigrationLog(lines)).toMatchObject({
    ok: false,
    failure: { reason: 'online migrate failure - remote command failed with exit code 255', fault: 'path' },
  });
  expect(parseMigrationLog(lines).transfer).toBeUndefined();
});

it('a task that only asked HA for a migration moved nothing itself', () => {
  expect(parseMigrationLog(['Requesting HA migration for VM 100 to node n2', 'TASK OK'])).toEqual({ ok: true });
});

it('no lines make it stumble or count what is not there', () => {
  const line = fc.oneof(
    fc.string(),
    fc.constantFrom(...live, ...landed),
    fc.string().map((text) => at(1, text)),
  );
  const law = fc.property(fc.array(line), (lines) => {
    const { transfer, progress } = parseMigrationLog(lines);
    const numbers = Object.values({ ...transfer, ...progress });
    expect(numbers.every((n) => Number.isFinite(n) && (n as number) >= 0)).toBe(true);
  });
  fc.assert(law);
});
