import type { GuestProfile, GuestSample, ScalingDecision, ScalingHistory } from '@evenkeel/contracts';
import { aCluster, aConfig, aGuest, aNode, aProfile } from '@evenkeel/model/sample-cluster';
import { describe, expect, test } from 'vitest';
import { recommend } from '../recommend.ts';
import { emptyMemory } from '../remember.ts';
import { scaleGuests } from './scale-guests.ts';

const now = '2026-01-05T12:00:00.000Z';
const ago = (hours: number) => new Date(Date.parse(now) - hours * 3_600_000).toISOString();

/** Idle: fewer vCPUs are advised. Tight: more are. Fine: neither. Of memory nobody says anything. */
const uses = { idle: 0.05, fine: 0.5, tight: 0.95 };
const one = (vmid: number, use: keyof typeof uses, change: Partial<GuestSample> = {}) =>
  aGuest(vmid, 'a', { cpu: uses[use], maxcpu: 8, mem: 2 ** 31, maxmem: 2 ** 32, ...change });

const convergence = { spread: 100, threshold: 8, converged: false, reason: 'apart' };
const nothingFound = {
  scores: [],
  convergence,
  memory: emptyMemory,
  generated: { run_id: 'run-1', recommendations: [], not_recommended: [] },
};

const told = (
  guests: GuestSample[],
  histories: Record<string, ScalingHistory> = {},
  { config = {}, profile = {} }: { config?: object; profile?: Partial<GuestProfile> } = {},
) =>
  scaleGuests(
    {
      sample: aCluster([aNode('a', { maxcpu: 64 })], guests, { at: now }),
      profiles: guests.map((g) => aProfile(g, profile)),
      config: aConfig(config),
      ...nothingFound,
    },
    histories,
  );
const inShort = ({ told }: ReturnType<typeof scaleGuests>) =>
  told.map(({ guest, decision }) => [guest, decision.resource_type, decision.scaling_action]);
const cpus = (now: number) => ({ unit: 'vcpus', now, advised: 2 }) as const;
const first = (use: keyof typeof uses) => told([one(101, use)]).told[0]!.decision;
const before = (...decisions: (Partial<ScalingDecision> & { hours: number })[]): Record<string, ScalingHistory> => ({
  'qemu/101': {
    decisions: decisions.map(({ hours, ...change }) => ({ ...first('idle'), ...change, created_at: ago(hours) })),
  },
});

describe('what is told', () => {
  test('is advice that somebody can act on', () => {
    expect(inShort(told([one(101, 'idle'), one(102, 'fine'), one(103, 'tight')]))).toEqual([
      ['qemu/103', 'cpu', 'scale_up'],
      ['qemu/101', 'cpu', 'scale_down'],
    ]);
  });
  test.each<[string, GuestSample, object]>([
    ['of a guest that does not run', one(101, 'tight', { status: 'stopped' }), {}],
    ['of a template', one(101, 'tight', { template: true }), {}],
    ['of a size that cannot be smaller', one(101, 'idle', { maxcpu: 1 }), {}],
    ['of less than a day', one(101, 'tight'), { profile: { window_hours: 23 } }],
  ])('is nothing %s', (_, guest, more) => expect(inShort(told([guest], {}, more))).toEqual([]));

  test('is no size that no node has on which it may be', () => {
    const said = (cpus: number, tags: string[], nodes = [aNode('a'), aNode('b', { maxcpu: 32 })]) =>
      scaleGuests(
        {
          sample: aCluster(nodes, [one(101, 'tight', { maxcpu: cpus, tags })], { at: now }),
          profiles: [aProfile(one(101, 'tight'))],
          config: aConfig({ nodes: { a: { memory_reserve_gib: 4 } } }),
          ...nothingFound,
        },
        {},
      ).told.map(({ decision }) => decision.amount?.advised);
    expect(said(16, [])).toEqual([19]);
    expect(said(30, [])).toEqual([32]);
    expect(said(32, [])).toEqual([]);
    expect(said(14, ['plb_pin_a'])).toEqual([16]);
    expect(said(16, ['ignore'])).toEqual([]);
  });

  test('is the most urgent, by number of the guest where that is the same', () => {
    const guests = [one(103, 'tight'), one(102, 'tight'), one(101, 'idle')];
    const config = { scaling_advice: { max_per_run: 2 } };
    expect(inShort(told(guests, {}, { config })).map(([guest]) => guest)).toEqual(['qemu/102', 'qemu/103']);
  });

  test('says whose it is', () => {
    const [said] = told([one(101, 'idle')]).told;
    expect(said).toMatchObject({ cluster: 'lab', guest: 'qemu/101', name: 'vm101', node: 'a' });
    expect(said!.decision).toMatchObject({ vm_id: '101', created_at: now });
  });
});

describe('what was told already', () => {
  test.each<[string, keyof typeof uses, Record<string, ScalingHistory>, string[]]>([
    ['is not told again', 'idle', before({ hours: 5 }), []],
    ['is not told again after a day, where nothing changed', 'idle', before({ hours: 25 }), []],
    ['is told again after a day with another figure', 'idle', before({ hours: 25, target_value: 0.9 }), ['scale_down']],
    ['not before', 'idle', before({ hours: 23, target_value: 0.9 }), []],
    ['gives way to other advice after an hour', 'tight', before({ hours: 1 }), ['scale_up']],
    ['not before that', 'tight', before({ hours: 0.9 }), []],
    ['is taken back once it does not hold', 'fine', before({ hours: 2 }), ['no_action']],
    ['and only once', 'fine', before({ hours: 20 }, { hours: 2, scaling_action: 'no_action' }), []],
    ['of another size of it does not count', 'idle', before({ hours: 0.1, amount: cpus(4) }), ['scale_down']],
    ['and is taken back like any', 'fine', before({ hours: 2, amount: cpus(4) }), ['no_action']],
    ['of another resource does not count', 'idle', before({ hours: 0.1, resource_type: 'memory' }), ['scale_down']],
    ['counts as it was told last', 'idle', before({ hours: 9, scaling_action: 'scale_up' }, { hours: 2 }), []],
  ])('%s', (_, use, histories, actions) =>
    expect(inShort(told([one(101, use)], histories)).map(([, , action]) => action)).toEqual(actions),
  );

  test('does not count for another guest that has its vmid now', () => {
    const told_before = (identity: string) => ({ 'qemu/101': { ...before({ hours: 2 })['qemu/101']!, identity } });
    expect(inShort(told([one(101, 'idle')], told_before('101')))).toEqual([]);
    const { told: news, changed } = told([one(101, 'idle')], told_before('older'));
    expect(news.map(({ identity, decision }) => [identity, decision.scaling_action])).toEqual([['101', 'scale_down']]);
    expect(changed.get('qemu/101')).toEqual({ identity: '101', decisions: [news[0]!.decision] });
    expect([...told([one(101, 'fine')], told_before('older')).changed]).toEqual([['qemu/101', null]]);
  });

  test('is taken back with what there is as what is aimed at', () => {
    const [said] = told([one(101, 'fine')], before({ hours: 2 })).told;
    expect(said!.decision.target_value).toBe(said!.decision.current_value);
  });
});

describe('what is remembered', () => {
  test('are the last ten decisions of a guest', () => {
    const nine = Array.from({ length: 10 }, (_, i) => ({ hours: 40 - i, scaling_action: 'scale_up' as const }));
    const { changed } = told([one(101, 'idle'), one(102, 'fine')], before(...nine));
    expect([...changed.keys()]).toEqual(['qemu/101']);
    const kept = changed.get('qemu/101')!.decisions;
    expect(kept).toHaveLength(10);
    expect(kept.map((d) => d.created_at)).toEqual([...nine.slice(1).map(({ hours }) => ago(hours)), now]);
  });
  test.each<[string, Record<string, ScalingHistory>, boolean, boolean]>([
    ['a guest that is gone for a month', before({ hours: 30 * 24 + 1 }), false, true],
    ['not yet after a month', before({ hours: 30 * 24 }), false, false],
    ['not one that is there', before({ hours: 30 * 24 + 1 }), true, false],
    ['one of whom nothing was ever said', { 'qemu/101': { decisions: [] } }, false, true],
  ])('%s is forgotten', (_, histories, there, forgotten) => {
    const { changed } = told([one(there ? 101 : 102, 'fine', { status: 'stopped' })], histories);
    expect([...changed]).toEqual(forgotten ? [['qemu/101', null]] : []);
  });
});

describe('of a migration', () => {
  /** A guest of a full node, which may go to b as well as to c. */
  const scene = (there: GuestSample[], last?: Partial<ScalingDecision>, source = 'a', config: object = {}) => {
    const busy = (vmid: number, change: Partial<GuestSample> = {}) =>
      aGuest(vmid, 'a', { cpu: 0.9, maxcpu: 8, mem: 2 ** 31, maxmem: 2 ** 32, ...change });
    const nodes = ['a', 'b', 'c'].map((n) => aNode(n));
    const sample = aCluster(nodes, [busy(101), busy(102, { tags: ['ignore'] }), ...there], { at: now });
    const input = {
      sample,
      profiles: sample.guests.map((g) => aProfile(g)),
      scores: [],
      convergence,
      config: aConfig(config),
      memory: emptyMemory,
    };
    const generated = recommend(input);
    const [move] = generated.recommendations;
    const migration_plan = { ...move!.migration_plan, source_node_id: source };
    const histories = last && before({ hours: 0.5, scaling_action: 'migrate', migration_plan, ...last });
    const { told } = scaleGuests({ ...input, generated }, histories ?? {});
    return { found: move!.target_node, told: told.flatMap(({ decision: d }) => d.target_node_id ?? []) };
  };
  const on = (node: string, cpu: number) => aGuest(node === 'b' ? 201 : 301, node, { cpu, maxcpu: 8 });
  const to = (target_node_id: string) => ({ target_node_id });

  test('it is told once, and a target that is hardly better is no news', () => {
    expect(scene([])).toEqual({ found: 'b', told: ['b'] });
    expect(scene([], to('b'))).toEqual({ found: 'b', told: [] });
    expect(scene([], to('c'))).toEqual({ found: 'b', told: [] });
    expect(scene([on('b', 0.02)], to('b'))).toEqual({ found: 'c', told: [] });
  });

  test.each<[string, GuestSample[], string, object]>([
    ['the other is much better now', [on('c', 0.9)], 'a', {}],
    ['the guest may not go there any more', [], 'a', { nodes: { c: { ignore: true } } }],
    ['it came from another node', [], 'd', {}],
  ])('but it is where %s', (_, there, source, config) =>
    expect(scene(there, to('c'), source, config)).toEqual({ found: 'b', told: ['b'] }),
  );
});
