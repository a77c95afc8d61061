import { expect, test } from 'vitest';
import { ask, type GivenCase, givenMove, givenMoves } from '../given.ts';
import { tagsAndAffinity } from './tags-and-affinity.ts';

const rules = (different: object) => ({ automated_migrations: { rules: different } });
const tagged = (...tags: string[]): GivenCase => ({ guest: { tags } });
const group = (tag: string, nodes: Record<string, string>): GivenCase => ({
  guest: { tags: [tag] },
  run: {
    tags: { 'qemu/101': [tag], ...Object.fromEntries(Object.keys(nodes).map((g) => [g, [tag]])) },
    placements: nodes,
  },
});
const ha = (rule: object): GivenCase => ({ run: { sample: { ha_rules: [{ rule: 'r1', ...rule }] as never } } });

test.each<{ name: string; given: GivenCase; says: string }>([
  { name: 'no tags', given: {}, says: 'passed' },
  { name: 'ignore', given: tagged('web', 'ignore'), says: "filtered: has tag 'ignore'" },
  { name: 'no-auto-migrate', given: tagged('no-auto-migrate'), says: "filtered: has tag 'no-auto-migrate'" },
  {
    name: 'not respected',
    given: { ...tagged('ignore'), config: rules({ respect_ignore_tags: false }) },
    says: 'passed',
  },
  {
    name: 'plb_ignore without any setting',
    given: { ...tagged('plb_ignore_backup'), config: rules({ respect_ignore_tags: false }) },
    says: "filtered: has tag 'plb_ignore_backup'",
  },
  {
    name: 'whitelist',
    given: { config: rules({ require_auto_migrate_ok_tag: true }) },
    says: "filtered: lacks tag 'auto-migrate-ok' (whitelist mode)",
  },
  {
    name: 'whitelisted',
    given: { ...tagged('auto-migrate-ok'), config: rules({ require_auto_migrate_ok_tag: true }) },
    says: 'passed',
  },
  {
    name: 'by name',
    given: { config: rules({ ignore_guests: ['*st-1*1'] }) },
    says: "filtered: is in ignore_guests ('*st-1*1')",
  },
  {
    name: 'by vmid',
    given: { config: rules({ ignore_guests: ['101'] }) },
    says: "filtered: is in ignore_guests ('101')",
  },
  {
    name: 'by another name',
    given: { config: rules({ ignore_guests: ['guest-1', '*02', '*101*1'] }) },
    says: 'passed',
  },
  {
    name: 'by pool',
    given: { guest: { pool: 'db' }, config: rules({ ignore_pools: ['db'] }) },
    says: "filtered: its pool 'db' is in ignore_pools",
  },
  {
    name: 'pinned elsewhere',
    given: tagged('plb_pin_pve1', 'plb_pin_pve3'),
    says: 'filtered: is pinned to pve1, pve3, not pve2',
  },
  { name: 'pinned to the target', given: tagged('plb_pin_pve2'), says: 'passed' },
  { name: 'pinned to a node that does not exist', given: tagged('plb_pin_gone'), says: 'passed' },
  {
    name: '[P03] a peer on the target, whatever stands elsewhere',
    given: group('exclude_db', { 'qemu/102': 'pve1', 'qemu/103': 'pve2', 'qemu/104': 'pve3' }),
    says: "filtered: tag 'exclude_db' keeps it apart from qemu/103 on pve2",
  },
  { name: '[P34] no peer on the target', given: group('exclude_db', { 'qemu/102': 'pve3' }), says: 'passed' },
  {
    name: 'exclude not respected',
    given: { ...group('exclude_db', { 'qemu/102': 'pve2' }), config: rules({ respect_exclude_affinity: false }) },
    says: 'passed',
  },
  {
    name: 'plb_anti_affinity without any setting',
    given: {
      ...group('plb_anti_affinity_db', { 'qemu/102': 'pve2' }),
      config: rules({ respect_exclude_affinity: false }),
    },
    says: "filtered: tag 'plb_anti_affinity_db' keeps it apart from qemu/102 on pve2",
  },
  {
    name: 'would leave its companion',
    given: group('affinity_web', { 'qemu/102': 'pve1' }),
    says: "filtered: tag 'affinity_web' keeps it with qemu/102 on pve1",
  },
  {
    name: 'its companion comes along',
    given: { ...group('affinity_web', { 'qemu/102': 'pve1' }), recommendation: { companions: ['qemu/102'] } },
    says: 'passed',
  },
  { name: 'finds its companion', given: group('affinity_web', { 'qemu/102': 'pve2' }), says: 'passed' },
  {
    name: 'fails closed where nobody knows the others',
    given: { ...tagged('exclude_db'), run: { tags: null as never } },
    says: "filtered: has tag 'exclude_db', and the tags of the other guests are not known",
  },
  {
    name: 'a container restarts',
    given: { recommendation: { guest: 'lxc/101' } },
    says: 'filtered: container would restart (allow_container_restarts is false)',
  },
  {
    name: 'a container may restart',
    given: { recommendation: { guest: 'lxc/101' }, config: rules({ allow_container_restarts: true }) },
    says: 'passed',
  },
  {
    name: 'HA rule names other nodes',
    given: ha({ type: 'node-affinity', strict: true, guests: ['qemu/101'], nodes: { pve3: 1, pve1: 2 } }),
    says: "filtered: HA rule 'r1' allows only pve1, pve3",
  },
  {
    name: 'HA rule is not strict',
    given: ha({ type: 'node-affinity', strict: false, guests: ['qemu/101'], nodes: { pve3: 1 } }),
    says: 'passed',
  },
  {
    name: 'HA rule keeps apart',
    given: {
      run: {
        placements: { 'qemu/102': 'pve2' },
        sample: {
          ha_rules: [{ rule: 'r1', type: 'resource-affinity', affinity: 'negative', guests: ['qemu/101', 'qemu/102'] }],
        },
      },
    },
    says: "filtered: HA rule 'r1' keeps it apart from qemu/102 on pve2",
  },
  {
    name: 'Proxmox said no to this target',
    given: {
      facts: givenMoves(
        givenMove(2, 'pve1', 'pve2', { how: 'refused', code: 'not_allowed', reason: 'no storage fast' }),
      ),
    },
    says: 'filtered: Proxmox refused pve2 2 h ago: no storage fast',
  },
  {
    name: 'Proxmox said no to another target',
    given: { facts: givenMoves(givenMove(2, 'pve1', 'pve3', { how: 'refused', code: 'not_allowed' })) },
    says: 'passed',
  },
])('$name', ({ given, says }) => {
  expect(ask(tagsAndAffinity, given)).toBe(says);
});
