import type { NodeRow } from '@evenkeel/proxmox';
import { describe, expect, it } from 'vitest';
import { type CheckFacts, makeChecks } from './make-checks.ts';
import { createWorld, planned } from './testing/index.ts';

const migration = planned(101, 'n1', 'n2');
const guest = { ...createWorld({ 101: 'n2' }).rows[0]! };
const node = (name: string, more: Partial<NodeRow> = {}): NodeRow => ({
  node: name,
  status: 'online',
  cpu: 0.4,
  mem: 64,
  maxmem: 128,
  ...more,
});
const good: CheckFacts = {
  migration,
  before: { signs: { status: 'running', agent: 'answers', probe: 'none' }, source_cpu: 0.8 },
  arrived: true,
  seconds: 42,
  exit: 'OK',
  guest,
  nodes: [node('n1'), node('n2')],
  signs: { status: 'running', agent: 'answers', probe: 'none' },
};
const made = (more: Partial<CheckFacts>) => makeChecks({ ...good, ...more });

describe('the checks of a plan', () => {
  it('are all made, each with what it expected and what there was', () => {
    const checks = made({});
    expect(checks.map(({ of, name, expected, actual, passed }) => [of, name, expected, actual, passed])).toEqual([
      ['success', 'guest_responsive', 'its guest agent answers, as before', 'running; its guest agent answers', true],
      ['success', 'completed_within', '600 s at most', '42 s', true],
      ['success', 'guest_on_target', 'on n2, no longer locked to move', 'on n2', true],
      ['success', 'source_cpu_improved', 'at least 10.0 % less', '80.0 % before, 40.0 % after: 50.0 % less', true],
      ['rollback', 'completed_within', '600 s at most', '42 s', true],
      ['rollback', 'guest_responsive', 'its guest agent answers, as before', 'running; its guest agent answers', true],
      ['rollback', 'target_cpu_below', '85.0 % at most', '40.0 %', true],
      ['rollback', 'target_memory_below', '90.0 % at most', '50.0 %', true],
      ['rollback', 'target_online', 'online', 'online', true],
      ['rollback', 'task_ok', 'OK', 'OK', true],
    ]);
    expect(checks.map(({ sentence }) => sentence)).toEqual(
      [...migration.migration_plan.success_checks, ...migration.migration_plan.rollback_checks].map((c) => c.sentence),
    );
  });

  type Row = [string, Partial<CheckFacts>, string, boolean | null, string];
  it.each<Row>([
    [
      'a guest that is silent',
      { signs: { ...good.signs!, agent: 'silent' } },
      'guest_responsive',
      false,
      'running; its guest agent is silent',
    ],
    ['a guest nobody asked', { signs: null }, 'guest_responsive', true, 'running'],
    ['a move that took too long', { seconds: 601 }, 'completed_within', false, '601 s'],
    ['a guest that stayed', { guest: { ...guest, node: 'n1' } }, 'guest_on_target', false, 'on n1'],
    ['a guest that stayed, in time', { arrived: false }, 'completed_within', false, '42 s, not completed'],
    [
      'a guest that is locked',
      { guest: { ...guest, lock: 'migrate' } },
      'guest_on_target',
      false,
      'on n2, locked (migrate)',
    ],
    [
      'a guest of which a backup began meanwhile',
      { guest: { ...guest, lock: 'backup' } },
      'guest_on_target',
      true,
      'on n2, locked (backup)',
    ],
    ['a guest that is gone', { guest: undefined }, 'guest_on_target', false, 'not there any more'],
    ['places that cannot be read', { guest: undefined, nodes: null }, 'guest_on_target', null, 'could not be read'],
    [
      'a source as busy as before',
      { nodes: [node('n1', { cpu: 0.79 }), node('n2')] },
      'source_cpu_improved',
      false,
      '80.0 % before, 79.0 % after: 1.3 % less',
    ],
    ['a source that was not looked at', { before: undefined }, 'source_cpu_improved', null, 'could not be read'],
    [
      'a source without figures',
      { nodes: [node('n1', { cpu: undefined }), node('n2')] },
      'source_cpu_improved',
      null,
      'could not be read',
    ],
    ['a busy target', { nodes: [node('n1'), node('n2', { cpu: 0.86 })] }, 'target_cpu_below', false, '86.0 %'],
    ['a full target', { nodes: [node('n1'), node('n2', { mem: 120 })] }, 'target_memory_below', false, '93.8 %'],
    [
      'a target without figures',
      { nodes: [node('n1'), node('n2', { mem: undefined })] },
      'target_memory_below',
      null,
      'could not be read',
    ],
    ['nodes that cannot be read', { nodes: null }, 'target_online', null, 'could not be read'],
    [
      'a target that is off',
      { nodes: [node('n1'), node('n2', { status: 'offline' })] },
      'target_online',
      false,
      'offline',
    ],
    [
      'a target that is silent',
      { nodes: [node('n1'), node('n2', { status: 'unknown' })] },
      'target_online',
      null,
      'unknown',
    ],
    ['a target that has left', { nodes: [node('n1')] }, 'target_online', false, 'not in the cluster'],
    ['a task with warnings', { exit: 'WARNINGS: 2' }, 'task_ok', true, 'WARNINGS: 2'],
    ['a task with problems', { exit: 'migration problems' }, 'task_ok', false, 'migration problems'],
    ['a task that cannot be read', { exit: null }, 'task_ok', null, 'could not be read'],
  ])('%s', (_, more, name, passed, actual) => {
    expect(made(more).find((check) => check.name === name)).toMatchObject({ passed, actual });
  });
});
