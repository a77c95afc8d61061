import { expect, test } from 'vitest';
import { ask, type GivenCase, givenApproval, givenGuest, givenMove, givenMoves } from '../testing/given.ts';
import { tagsAndAffinity } from './tags-and-affinity.ts';

const rules = (different: object) => ({ automated_migrations: { rules: different } });
const tagged = (...tags: string[]): GivenCase => ({ guest: { tags } });
/** `qemu/101` on pve1 shares a tag with others. */
const group = (tag: string, nodes: Record<string, string>): GivenCase => ({
  run: {
    guests: Object.entries({ 'qemu/101': 'pve1', ...nodes }).map(([guest, node]) =>
      givenGuest(guest, { node, tags: [tag] }),
    ),
    placements: nodes,
  },
});
const underWay = (guest: string, source_node: string, target_node: string) => ({
  approvals: { entries: { m: givenApproval({ guest, source_node, target_node }) } },
});
const ha = (rule: object): GivenCase => ({ run: { sample: { ha_rules: [{ rule: 'r1', ...rule }] as never } } });

test.each<{ name: string; given: GivenCase; says: string }>([
  { name: 'no tags', given: {}, says: 'passed' },
  { name: 'ignore', given: tagged('web', 'ignore'), says: 'filtered: it is tagged ignore' },
  { name: 'no-auto-migrate', given: tagged('no-auto-migrate'), says: 'filtered: it is tagged no-auto-migrate' },
  {
    name: 'not respected',
    given: { ...tagged('ignore'), config: rules({ respect_ignore_tags: false }) },
    says: 'passed',
  },
  {
    name: 'plb_ignore without any setting',
    given: { ...tagged('plb_ignore_backup'), config: rules({ respect_ignore_tags: false }) },
    says: 'filtered: it is tagged plb_ignore_backup',
  },
  {
    name: 'ignore, on a node that is emptied',
    given: { ...tagged('ignore'), recommendation: { mandatory: 'drain' } },
    says: 'passed',
  },
  {
    name: 'ignore, where it would only make room for those of a node that is emptied',
    given: { ...tagged('ignore'), recommendation: { mandatory: 'drain', empties: 'pve3' } },
    says: 'filtered: it is tagged ignore',
  },
  {
    name: 'whitelist',
    given: { config: rules({ require_auto_migrate_ok_tag: true }) },
    says: 'filtered: it is not tagged auto-migrate-ok, and only such guests move',
  },
  {
    name: 'whitelisted',
    given: { ...tagged('auto-migrate-ok'), config: rules({ require_auto_migrate_ok_tag: true }) },
    says: 'passed',
  },
  {
    name: 'by name',
    given: { config: rules({ ignore_guests: ['*st-1*1'] }) },
    says: 'filtered: ignore_guests names it (*st-1*1)',
  },
  {
    name: 'by vmid',
    given: { config: rules({ ignore_guests: ['101'] }) },
    says: 'filtered: ignore_guests names it (101)',
  },
  {
    name: 'by another name',
    given: { config: rules({ ignore_guests: ['guest-1', '*02', '*101*1'] }) },
    says: 'passed',
  },
  {
    name: 'by pool',
    given: { guest: { pool: 'db' }, config: rules({ ignore_pools: ['db'] }) },
    says: 'filtered: ignore_pools names its pool db',
  },
  {
    name: 'pinned elsewhere',
    given: tagged('plb_pin_pve1', 'plb_pin_pve3'),
    says: 'filtered: pin plb_pin_pve1, plb_pin_pve3 wants it on pve1, pve3',
  },
  { name: 'pinned to the target', given: tagged('plb_pin_pve2'), says: 'passed' },
  { name: 'pinned to a node that does not exist', given: tagged('plb_pin_gone'), says: 'passed' },
  {
    name: '[P03] a peer on the target, whatever stands elsewhere',
    given: group('exclude_db', { 'qemu/102': 'pve1', 'qemu/103': 'pve2', 'qemu/104': 'pve3' }),
    says: 'filtered: tag exclude_db keeps it apart from qemu/103 on pve2',
  },
  {
    name: '[P34] a peer on the target of a move that evens out numbers',
    given: { ...group('exclude_db', { 'qemu/102': 'pve2' }), recommendation: { purpose: 'distribution' } },
    says: 'filtered: tag exclude_db keeps it apart from qemu/102 on pve2',
  },
  { name: 'no peer on the target', given: group('exclude_db', { 'qemu/102': 'pve3' }), says: 'passed' },
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
    says: 'filtered: tag plb_anti_affinity_db keeps it apart from qemu/102 on pve2',
  },
  {
    name: 'would leave its companion',
    given: group('affinity_web', { 'qemu/102': 'pve1' }),
    says: 'filtered: tag affinity_web binds it to qemu/102, which is not on pve2',
  },
  {
    name: 'its companion comes along',
    given: { ...group('affinity_web', { 'qemu/102': 'pve1' }), recommendation: { companions: ['qemu/102'] } },
    says: 'passed',
  },
  { name: 'finds its companion', given: group('affinity_web', { 'qemu/102': 'pve2' }), says: 'passed' },
  {
    name: 'fails closed where nobody knows the guest',
    given: { run: { guests: [] } },
    says: 'filtered: it is not known',
  },
  {
    name: 'a container restarts',
    given: { recommendation: { guest: 'lxc/101' } },
    says: 'filtered: containers restart when they move, and allow_container_restarts is off',
  },
  {
    name: 'a container may restart',
    given: { recommendation: { guest: 'lxc/101' }, config: rules({ allow_container_restarts: true }) },
    says: 'passed',
  },
  {
    name: 'HA rule names other nodes',
    given: ha({ type: 'node-affinity', strict: true, guests: ['qemu/101'], nodes: { pve3: 1, pve1: 2 } }),
    says: 'filtered: HA rule r1 wants it on pve1',
  },
  {
    name: 'HA rule is not strict, but the HA manager would take the guest back',
    given: ha({ type: 'node-affinity', strict: false, guests: ['qemu/101'], nodes: { pve3: 1 } }),
    says: 'filtered: HA rule r1 wants it on pve3',
  },
  {
    name: 'HA rule is not strict, and its nodes are not there',
    given: ha({ type: 'node-affinity', strict: false, guests: ['qemu/101'], nodes: { pve4: 1 } }),
    says: 'passed',
  },
  {
    name: 'a container that is meant to restart',
    given: { recommendation: { guest: 'lxc/101' }, ...tagged('restart-ok') },
    says: 'passed',
  },
  {
    name: 'its node is emptied',
    given: { recommendation: { mandatory: 'maintenance' }, ...tagged('ignore') },
    says: 'passed',
  },
  {
    name: 'its node is emptied, but not onto a peer',
    given: {
      recommendation: { mandatory: 'maintenance' },
      ...group('exclude_db', { 'qemu/102': 'pve2' }),
    },
    says: 'filtered: tag exclude_db keeps it apart from qemu/102 on pve2',
  },
  {
    name: 'a peer is on its way to the target',
    given: {
      ...group('exclude_db', { 'qemu/102': 'pve3' }),
      facts: underWay('qemu/102', 'pve3', 'pve2'),
    },
    says: 'filtered: tag exclude_db keeps it apart from qemu/102 on pve2',
  },
  {
    name: 'a peer is on its way off the target',
    given: {
      ...group('exclude_db', { 'qemu/102': 'pve2' }),
      facts: underWay('qemu/102', 'pve2', 'pve3'),
    },
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
    says: 'filtered: HA rule r1 keeps it apart from qemu/102 on pve2',
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
    name: 'Proxmox said no, and not why',
    given: { facts: givenMoves(givenMove(2, 'pve1', 'pve2', { how: 'refused', code: 'not_allowed' })) },
    says: 'filtered: Proxmox refused pve2 2 h ago: no reason given',
  },
  {
    name: 'Proxmox said no a day ago',
    given: { facts: givenMoves(givenMove(24, 'pve1', 'pve2', { how: 'refused', code: 'not_allowed' })) },
    says: 'passed',
  },
  {
    name: 'what was in the way passes by itself',
    given: { facts: givenMoves(givenMove(2, 'pve1', 'pve2', { how: 'refused', code: 'locked' })) },
    says: 'passed',
  },
  {
    name: 'it was not refused, but failed',
    given: { facts: givenMoves(givenMove(2, 'pve1', 'pve2', { how: 'failed', code: 'not_allowed' })) },
    says: 'passed',
  },
  {
    name: 'Proxmox said no to another target',
    given: { facts: givenMoves(givenMove(2, 'pve1', 'pve3', { how: 'refused', code: 'not_allowed' })) },
    says: 'passed',
  },
])('$name', ({ given, says }) => {
  expect(ask(tagsAndAffinity, given)).toBe(says);
});
