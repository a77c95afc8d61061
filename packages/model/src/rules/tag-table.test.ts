import { Config, type ConfigInput, type GuestSample } from '@evenkeel/contracts';
import { expect, test } from 'vitest';
import { aCluster, aConfig, aGuest, aNode } from '../sample-cluster.ts';
import { allowedOn, mayMove, ruleContext, tagTable } from './index.ts';

type Rules = NonNullable<NonNullable<ConfigInput['automated_migrations']>['rules']>;

/** What a tag on two guests of one node does: whether the first may move, may do so off a drained node, and may go to another. */
function effectOf(tag: string, rules: Rules, change: Partial<GuestSample> = {}): string[] {
  const guests = [1, 2].map((vmid) => aGuest(vmid, 'a', { ...change, tags: [tag] }));
  const ctx = ruleContext(aCluster([aNode('a'), aNode('b')], guests), aConfig({ automated_migrations: { rules } }));
  const placement = Object.fromEntries(guests.map(({ guest, node }) => [guest, node]));
  const [{ guest }] = guests as [GuestSample];
  return [
    mayMove(guest, ctx) ?? 'moves',
    mayMove(guest, ctx, 'drain') ?? 'leaves',
    ...['a', 'b'].map((node) => allowedOn(guest, node, placement, ctx) ?? node),
  ];
}

const free = ['moves', 'leaves', 'a', 'b'];
const effects: Record<string, string[]> = {
  ignore: ['it is tagged ignore', 'leaves', 'a', 'b'],
  'no-auto-migrate': ['it is tagged no-auto-migrate', 'leaves', 'a', 'b'],
  'auto-migrate-ok': free,
  'restart-ok': free,
  'exclude_<group>': ['moves', 'leaves', 'tag exclude_x keeps it apart from qemu/2 on a', 'b'],
  'affinity_<group>': ['moves', 'leaves', 'a', 'tag affinity_x binds it to qemu/2, which is not on b'],
  evenkeel: Array(2).fill('it is tagged evenkeel: it carries the balancer itself').concat('a', 'b'),
  'plb_ignore…': ['it is tagged plb_ignore_x', 'leaves', 'a', 'b'],
  'plb_pin_<node>': ['moves', 'leaves', 'a', 'pin plb_pin_a wants it on a'],
  'plb_affinity…': ['moves', 'leaves', 'a', 'tag plb_affinity_x binds it to qemu/2, which is not on b'],
  'plb_anti_affinity…': ['moves', 'leaves', 'tag plb_anti_affinity_x keeps it apart from qemu/2 on a', 'b'],
};
const written = (tag: string): string => tag.replace('<group>', 'x').replace('<node>', 'a').replace('…', '_x');

test('every tag of the table does what is said of it, whatever its case, and no other is described', () => {
  expect(tagTable.map(({ tag }) => tag).sort()).toEqual(Object.keys(effects).sort());
  for (const { tag } of tagTable) {
    expect(effectOf(written(tag), {}), tag).toEqual(effects[tag]);
    expect(effectOf(written(tag).toUpperCase(), {}), tag).toEqual(effects[tag]);
  }
});

test.each(tagTable.flatMap(({ tag, setting }) => (setting ? [[tag, setting] as const] : [])))(
  '%s is a matter of %s',
  (tag, setting) => {
    const { rules } = Config.parse({}).automated_migrations;
    const type = tag === 'restart-ok' ? 'lxc' : 'qemu';
    const withTag = (on: boolean) => effectOf(written(tag), { [setting]: on }, { type });
    const without = (on: boolean) => effectOf('other', { [setting]: on }, { type });
    const [on, off] = [withTag(true), withTag(false)];
    expect(rules).toHaveProperty(setting);
    expect([on, off]).not.toEqual([without(true), without(false)]);
  },
);
