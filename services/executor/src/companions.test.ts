import type { ApprovedMigration } from '@evenkeel/contracts';
import { describe, expect, it } from 'vitest';
import { foresee, type OtherMove } from './companions.ts';
import { createLab, ends, eventOf, type Lab, rights } from './testing/index.ts';

const bound = { guest: 'qemu/101', target_node: 'n2', companions: ['qemu/102', 'qemu/103'] } as const;
const order = { ...bound, companions: [...bound.companions] };
const here = { 'qemu/101': 'n1', 'qemu/102': 'n1', 'qemu/103': 'n1' };
const run = { run_id: 'r1', guest: 'qemu/102' };
const waits = { ...run, stage: 'waits', target_node: 'n2', leads_back: false } as const;
const over = (kind: 'completed' | 'failed' | 'refused'): OtherMove => ({ ...run, stage: 'over', kind });

describe('what is to be expected of companions', () => {
  it.each<[string, OtherMove[], object, object]>([
    ['neither has begun', [], {}, { follow: ['qemu/102', 'qemu/103'], lost: [] }],
    ['one waits', [waits], {}, { follow: ['qemu/102', 'qemu/103'], lost: [] }],
    ['one is on its way', [{ ...waits, stage: 'moves' }], {}, { follow: ['qemu/103'], lost: [] }],
    ['one has arrived', [over('completed')], { 'qemu/102': 'n2' }, { follow: ['qemu/103'], lost: [] }],
    ['one was refused', [over('refused')], {}, { follow: [], lost: ['that of qemu/102 was refused'] }],
    ['one failed', [over('failed')], {}, { follow: [], lost: ['that of qemu/102 failed'] }],
    ['one was moved on since', [over('completed')], {}, { follow: [], lost: ['that of qemu/102 is over'] }],
    ['one was refused and is tried again', [over('refused'), waits], {}, { follow: ['qemu/102', 'qemu/103'] }],
    [
      'one waits to go back',
      [over('completed'), { ...waits, target_node: 'n1', leads_back: true }],
      { 'qemu/102': 'n2' },
      { follow: [], lost: ['that of qemu/102 leads to n1'], placement: here },
    ],
    ['its own one before does not count', [{ ...waits, guest: 'qemu/101', stage: 'moves' }], {}, { placement: here }],
  ])('%s', (_, moves, now, expected) => {
    expect(foresee(order, moves, { ...here, ...now })).toMatchObject(expected);
  });
});

const pair = { guests: [101, 102].map((vmid) => ({ vmid, name: `vm${vmid}`, node: 'n1', tags: ['affinity_db'] })) };
const rules = { max_concurrent_migrations: 2, grace_period_seconds: 0 };
const open = () => createLab(pair, rights, { mode: 'auto', automated_migrations: { dry_run: false, rules } });
const first = { companions: ['qemu/102'] } satisfies Partial<ApprovedMigration>;
const second = { companions: ['qemu/101'] } satisfies Partial<ApprovedMigration>;
const nodes = (lab: Lab) => [lab.nodeOf(101), lab.nodeOf(102)];
const reasonOf = (lab: Lab, migration: ApprovedMigration, id = migration.migration_id) =>
  eventOf<{ reason: string }>(lab.memory, 'migration.refused', { ...migration, migration_id: id })?.reason;

describe('two guests that a rule binds together', () => {
  it('go one after the other', async () => {
    const lab = open();
    await lab.approve(101, 'n1', 'n2', first);
    await lab.approve(102, 'n1', 'n2', second);
    await lab.pass(400);
    expect(nodes(lab)).toEqual(['n2', 'n2']);
  });

  it.each([
    ['waits', 0],
    ['is approved later', 300],
  ])('the second stays where the first was refused: it %s', async (_, seconds) => {
    const lab = open();
    await lab.approve(101, 'n1', 'n2', { ...first, name: 'another' });
    await lab.pass(seconds);
    const b = await lab.approve(102, 'n1', 'n2', second);
    await lab.pass(400);
    expect(nodes(lab)).toEqual(['n1', 'n1']);
    expect(reasonOf(lab, b)).toBe(
      'qemu/102: tag affinity_db binds it to qemu/101, which is not on n2, and of the migrations there that of qemu/101 was refused',
    );
  });

  it('neither goes back alone', async () => {
    const lab = open();
    lab.simulator.faults.add({
      kind: 'error',
      path: '/nodes/n2/qemu/102/agent',
      message: 'QEMU guest agent is not running',
    });
    await lab.approve(101, 'n1', 'n2', first);
    await lab.pass(150);
    const b = await lab.approve(102, 'n1', 'n2', second);
    await lab.pass(600);
    expect(ends(lab.memory, b)).toEqual(['migration.completed']);
    expect(nodes(lab)).toEqual(['n2', 'n2']);
    expect(reasonOf(lab, b, `${b.migration_id}-back`)).toContain('binds it to qemu/101, which is not on n1');
  });

  it('the second stays where the first goes back', async () => {
    const lab = open();
    lab.simulator.faults.add({
      kind: 'error',
      path: '/nodes/n2/qemu/101/agent',
      message: 'QEMU guest agent is not running',
    });
    await lab.approve(101, 'n1', 'n2', first);
    const b = await lab.approve(102, 'n1', 'n2', second);
    await lab.pass(600);
    expect(nodes(lab)).toEqual(['n1', 'n1']);
    expect(reasonOf(lab, b)).toContain('binds it to qemu/101, which is not on n2');
  });
});
