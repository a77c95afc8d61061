import { describe, expect, test } from 'vitest';
import { Config, type ConfigInput } from './config.ts';
import { configFor } from './config-for.ts';
import { scopedGuest } from './scoped-name.ts';

const clusters = ['paris', 'lyon', 'qemu'].map((name) => ({ name, hosts: [name] }));
const narrowed = (more: ConfigInput, cluster: string | undefined) =>
  configFor(Config.parse({ clusters, ...more }), cluster);
const everywhere = (given: ConfigInput, read: (config: Config) => unknown) =>
  ['paris', 'lyon', undefined].map((cluster) => read(narrowed(given, cluster)));

describe('what stands before the slash of a guest', () => {
  test.each([
    ['101', undefined, '101'],
    ['db-*', undefined, 'db-*'],
    ['paris/101', 'paris', '101'],
    ['paris/db-*', 'paris', 'db-*'],
    ['paris/*', 'paris', '*'],
    ['paris/tag:web', 'paris', 'tag:web'],
    ['paris/qemu/101', 'paris', 'qemu/101'],
    ['paris/*/101', 'paris', '*/101'],
    ['qemu/101', undefined, 'qemu/101'],
    ['QEMU/101', undefined, 'QEMU/101'],
    ['lxc/1*', undefined, 'lxc/1*'],
    ['*/101', undefined, '*/101'],
    ['q*/101', undefined, 'q*/101'],
    ['qemu/qemu/101', 'qemu', 'qemu/101'],
    ['lxc/qemu/101', 'lxc', 'qemu/101'],
  ])('%s: cluster %s, guest %s', (text, cluster, name) => {
    expect(scopedGuest(text)).toEqual({ name, ...(cluster && { cluster }) });
  });
});

describe('of what names a cluster, each has its own, without the name', () => {
  const a = (automated_migrations: ConfigInput['automated_migrations']): ConfigInput => ({ automated_migrations });
  test.each<[string, ConfigInput, (config: Config) => unknown, unknown[]]>([
    [
      'maintenance_nodes',
      a({ maintenance_nodes: ['pve9', 'paris/pve1', 'lyon/pve2', 'qemu/pve3'] }),
      (c) => c.automated_migrations.maintenance_nodes,
      [['pve9', 'pve1'], ['pve9', 'pve2'], ['pve9']],
    ],
    [
      'ignore_guests',
      a({ rules: { ignore_guests: ['qemu/7', 'paris/101', 'lyon/db-*'] } }),
      (c) => c.automated_migrations.rules.ignore_guests,
      [['qemu/7', '101'], ['qemu/7', 'db-*'], ['qemu/7']],
    ],
    [
      'ignore_pools, of which some lie in others',
      a({ rules: { ignore_pools: ['prod', 'paris/test', 'lyon/prod/web', 'prod/db'] } }),
      (c) => c.automated_migrations.rules.ignore_pools,
      [
        ['prod', 'test', 'prod/db'],
        ['prod', 'prod/web', 'prod/db'],
        ['prod', 'prod/db'],
      ],
    ],
    [
      'nodes, before what is said of all',
      { nodes: { 'paris/pve1': { speed_factor: 2 }, pve1: { ignore: true }, 'lyon/pve2': {} } },
      (c) => Object.entries(c.nodes).map(([name, node]) => [name, node.speed_factor, node.ignore]),
      [
        [['pve1', 2, false]],
        [
          ['pve1', 1, true],
          ['pve2', 1, false],
        ],
        [['pve1', 1, true]],
      ],
    ],
    [
      'storage_map',
      a({ rules: { storage_map: { lvm: ['zfs'], 'paris/lvm': ['ceph'] } } }),
      (c) => c.automated_migrations.rules.storage_map,
      [{ lvm: ['ceph'] }, { lvm: ['zfs'] }, { lvm: ['zfs'] }],
    ],
    [
      'probes',
      {
        migration_checks: {
          tcp_probes: [{ guests: ['paris/db-*'], port: 5432 }],
          ping_probes: [{ guests: ['web', 'lyon/tag:vpn'] }],
        },
      },
      ({ migration_checks: m }) => [...m.tcp_probes, ...m.ping_probes].map(({ guests }) => guests),
      [[['db-*'], ['web']], [['web', 'tag:vpn']], [['web']]],
    ],
    [
      'rules by their cluster, their guests or their nodes',
      a({
        placement_rules: [
          { name: 'all', kind: 'affinity', guests: ['101'] },
          { name: 'one', kind: 'anti_affinity', cluster: 'paris', pools: ['prod'], guests: ['paris/7'] },
          { name: 'guest', kind: 'pin', guests: ['lyon/101'], nodes: ['pve1'] },
          { name: 'node', kind: 'pin', guests: ['101', 'paris/102'], nodes: ['paris/pve1'] },
        ],
      }),
      (c) =>
        c.automated_migrations.placement_rules.map((r) => `${r.cluster ?? '*'} ${r.name}: ${r.guests} on ${r.nodes}`),
      [
        ['* all: 101 on ', 'paris one: 7 on ', 'paris node: 101,102 on pve1'],
        ['* all: 101 on ', 'lyon guest: 101 on pve1'],
        ['* all: 101 on '],
      ],
    ],
  ])('%s', (_, given, read, expected) => expect(everywhere(given, read)).toEqual(expected));
});

test('a configuration that names no cluster stays as it is, and one that was narrowed too', () => {
  const plain = Config.parse({
    clusters,
    nodes: { pve1: {} },
    automated_migrations: {
      maintenance_nodes: ['pve2'],
      placement_rules: [{ name: 'r', kind: 'pin', guests: ['qemu/101', '*/102'], nodes: ['pve3'] }],
      rules: { ignore_guests: ['qemu/103'], ignore_pools: ['prod/web'], storage_map: { lvm: ['zfs'] } },
    },
    migration_checks: { ping_probes: [{ guests: ['*'] }] },
  });
  expect(configFor(plain, 'paris')).toEqual(plain);
  const named = narrowed(
    { automated_migrations: { rules: { ignore_guests: ['qemu/qemu/7', 'paris/lxc/8'] } } },
    'qemu',
  );
  expect(named.automated_migrations.rules.ignore_guests).toEqual(['qemu/7']);
  expect(configFor(named, 'qemu')).toEqual(named);
});
