import type { ApprovedMigration } from '@evenkeel/contracts';
import { aCluster, aConfig, aGuest, aNode, GiB } from '@evenkeel/model/sample-cluster';
import { describe, expect, test } from 'vitest';
import { createMeter } from './measure.ts';
import { createWorld } from './world.ts';

const { cost_model } = aConfig();
const minute = (n: number): number => Date.UTC(2026, 0, 5, 12, n);
const order = (vmid: number, source_node: string, target_node: string) =>
  ({ guest: `qemu/${vmid}`, vmid, source_node, target_node, migration_id: `m${vmid}` }) as ApprovedMigration;

/** Node a is asked for 1.5 times what it has; the host of b uses a core by itself. */
const recorded = (change = {}) => {
  const sample = aCluster(
    [aNode('a', { maxcpu: 4 }), aNode('b', { maxcpu: 4 })],
    [
      aGuest(1, 'a', { cpu: 1, maxcpu: 2, ...change }),
      aGuest(2, 'a', { cpu: 1, maxcpu: 2 }),
      aGuest(3, 'a', { cpu: 1, maxcpu: 2 }),
    ],
  );
  return { ...sample, nodes: sample.nodes.map((n) => (n.node === 'b' ? { ...n, cpu: 0.25, mem: 3 * GiB } : n)) };
};
const world = () => {
  const made = createWorld(cost_model);
  made.take(recorded());
  return made;
};

describe('a recorded cluster whose guests are elsewhere', () => {
  test('at first it is as it was recorded, and a full node serves what it can', () => {
    const made = world();
    expect(made.loads()).toEqual([
      { node: 'a', demand: 6, capacity: 4 },
      { node: 'b', demand: 1, capacity: 4 },
    ]);
    const seen = made.look('rev', 7);
    expect(seen).toMatchObject({ config_revision: 'rev', sequence: 7, running_migrations: [] });
    expect(seen.nodes.map((n) => n.cpu)).toEqual([1, 0.25]);
    expect(seen.nodes[0]!.pressure?.cpu_some).toBeCloseTo(100 / 3, 9);
    expect(seen.guests.map((g) => g.cpu)).toEqual([2 / 3, 2 / 3, 2 / 3]);
  });

  test('a move takes its time, weighs on both nodes, and lasts over later samples', () => {
    const made = world();
    made.begin(order(1, 'a', 'b'), minute(0));
    expect(made.look('rev', 1).running_migrations).toMatchObject([{ guest: 'qemu/1', source: 'a', target: 'b' }]);
    expect(made.loads().map((l) => l.demand)).toEqual([6.2, 1.2]);
    expect(made.degraded()).toBeCloseTo(0.2, 9);
    expect(made.endFirst(minute(0))).toBeUndefined();
    const end = made.nextEnd();
    expect(end).toBeGreaterThan(minute(0) + 10_000);
    expect(made.endFirst(end)).toMatchObject({ migration: { guest: 'qemu/1' }, ends: end });
    made.take(recorded({ lock: 'migrate' }));
    expect(made.loads().map((l) => l.demand)).toEqual([4, 3]);
    const seen = made.look('rev', 2);
    expect(seen.guests[0]).toMatchObject({ node: 'b', cpu: 1 });
    expect(seen.guests[0]).not.toHaveProperty('lock');
    expect(seen.nodes.map((n) => n.mem)).toEqual([4 * GiB, 5 * GiB]);
  });

  test('a guest goes with its recording, and away from a node that is gone', () => {
    const made = world();
    made.begin(order(1, 'a', 'b'), minute(0));
    made.endFirst(minute(60));
    const sample = recorded();
    made.take({ ...sample, nodes: sample.nodes.filter((n) => n.node === 'a') });
    expect(made.guest('qemu/1')).toEqual({ node: 'a', cores: 2 });
    made.take({ ...sample, guests: sample.guests.slice(1) });
    expect(made.guest('qemu/1')).toBeUndefined();
  });

  test('a move ends with its guest, and none begins of a guest that is gone', () => {
    const made = world();
    const sample = recorded();
    expect([1, 2].map((vmid) => made.begin(order(vmid, 'a', 'b'), minute(0)))).toEqual([true, true]);
    expect(made.take(sample)).toEqual([]);
    const died = made.take({ ...sample, guests: sample.guests.slice(1) });
    expect(died).toMatchObject([{ migration: { guest: 'qemu/1' }, began: minute(0) }]);
    expect(made.look('rev', 1).running_migrations).toMatchObject([{ guest: 'qemu/2' }]);
    expect(made.begin(order(1, 'a', 'b'), minute(1))).toBe(false);
    expect(made.look('rev', 2).running_migrations).toHaveLength(1);
  });

  test('what was recorded to move is charged as it was before: just after a move nothing of it is read', () => {
    const made = world();
    const moved = recorded();
    moved.guests[0] = { ...moved.guests[0]!, node: 'b', status: 'unknown', cpu: 0, mem: 0 };
    expect(made.follow(moved)[0]!.bytes).toBeGreaterThan(GiB);
    made.take(moved);
    expect(made.guest('qemu/1')).toEqual({ node: 'b', cores: 0 });
  });

  test('a node where nothing is other than recorded is read as it was, to the last bit', () => {
    const made = createWorld(cost_model);
    const sample = recorded();
    const third = { ...aNode('c', { maxcpu: 3 }), cpu: 0.1 + 0.2, pressure: { cpu_some: 7 } };
    made.take({ ...sample, nodes: [...sample.nodes, third] });
    made.begin(order(1, 'a', 'b'), minute(0));
    expect(made.look('rev', 1).nodes[2]).toEqual(third);
    made.endFirst(minute(60));
    expect(made.look('rev', 2).nodes[2]).toEqual(third);
  });

  test.each([
    ['as busy as its new node is slower', 0.4, 0.5, 0.8],
    ['no busier than its vCPUs can be', 0.6, 0.5, 1],
    ['less busy where it is faster', 0.8, 2, 0.4],
  ])('a guest is %s', (_, cpu, speed_factor, seen) => {
    const made = createWorld(cost_model);
    const sample = recorded({ cpu });
    made.take({ ...sample, nodes: sample.nodes.map((n) => (n.node === 'b' ? { ...n, speed_factor } : n)) });
    made.begin(order(1, 'a', 'b'), minute(0));
    made.endFirst(minute(60));
    expect(made.look('rev', 1).guests[0]!.cpu).toBeCloseTo(seen, 9);
  });

  test('a move is no faster than the cluster allowed when it was recorded', () => {
    const seconds = (migration_limit?: number): number => {
      const made = createWorld(cost_model);
      made.take({ ...recorded(), ...(migration_limit === undefined ? {} : { migration_limit }) });
      made.begin(order(1, 'a', 'b'), minute(0));
      return (made.nextEnd() - minute(0)) / 1000;
    };
    expect(seconds(10 * 2 ** 20)).toBeGreaterThan(2 * 1024 * 0.1);
    expect(seconds(10 * 2 ** 20)).toBeGreaterThan(5 * seconds());
  });

  test('follows what was recorded where it is told to', () => {
    const made = world();
    const moved = recorded();
    moved.guests[0]!.node = 'b';
    expect(made.follow(moved)).toMatchObject([{ guest: 'qemu/1', source: 'a', target: 'b' }]);
    expect(made.follow(moved)).toEqual([]);
  });
});

describe('what is measured', () => {
  test('demand that is not served, time above 85 %, and the spread', () => {
    const made = world();
    const meter = createMeter(made);
    meter.pass(minute(0), minute(10));
    const { over_85, lost, highest, spread, moves } = meter.result();
    expect([over_85, highest, moves]).toEqual([0.5, 1.5, 0]);
    expect(lost).toBeCloseTo(2 / 7, 9);
    expect(spread).toBeCloseTo(62.5, 9);
  });

  test.each([
    ['a move to a node that stays less busy', 'b', 0, 1],
    ['a move to one that is busier by it than its source would have been', 'a', 1, 1],
  ])('regret: %s', (_, target, regrets, known) => {
    const made = world();
    const meter = createMeter(made);
    const source = target === 'a' ? 'b' : 'a';
    made.begin(order(1, source, target), minute(0));
    const { ends, bytes } = made.endFirst(minute(60))!;
    meter.move({ guest: 'qemu/1', source, target, at: ends, bytes });
    meter.pass(ends, ends + 600_000);
    const result = meter.result();
    expect([result.regrets, result.regret_known, result.moves]).toEqual([regrets, known, 1]);
    expect(result.gib_moved).toBeGreaterThan(1.9);
  });

  test('a move back within six hours is ping-pong', () => {
    const meter = createMeter(world());
    const move = { guest: 'qemu/1', bytes: 1 };
    meter.move({ ...move, source: 'a', target: 'b', at: minute(0) });
    meter.move({ ...move, source: 'b', target: 'a', at: minute(300) });
    meter.move({ ...move, source: 'a', target: 'b', at: minute(800) });
    expect(meter.result().ping_pong).toBe(1);
  });
});
