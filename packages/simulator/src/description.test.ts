import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeCluster } from './describe-cluster.ts';
import { DescriptionError } from './problems.ts';
import { parseDescription, readDescription } from './read-description.ts';
import { createSimulator } from './simulator.ts';

const problemsOf = (act: () => unknown): string[] => {
  try {
    act();
  } catch (error) {
    if (error instanceof DescriptionError) return error.problems;
    throw error;
  }
  return [];
};

const nodes = [{ name: 'a' }, { name: 'b' }];

describe('what does not fit is said all at once', () => {
  it('an unknown key, with its place', () => {
    expect(problemsOf(() => parseDescription('nodes: [{name: a, treads: 4}]'))).toEqual([
      expect.stringMatching(/^nodes\.0: .*treads/),
    ]);
  });
  it('two problems in two places', () => {
    const found = problemsOf(() => describeCluster({ nodes: [{ name: 'a', threads: 0 }], speed: 1000 }));
    expect(found.map((text) => text.split(':')[0])).toEqual(['speed', 'nodes.0.threads']);
  });
  it('YAML that is none', () => {
    expect(problemsOf(() => parseDescription('nodes: [a'))).toHaveLength(1);
  });
  it('an empty file', () => {
    expect(problemsOf(() => parseDescription(''))).toEqual([expect.stringMatching(/^nodes: /)]);
  });
  it.each([
    ['a node', { guests: [{ vmid: 100, name: 'x', node: 'c' }] }, 'guest 100 (x): there is no node c'],
    [
      'a storage',
      { guests: [{ vmid: 100, name: 'x', node: 'a', disks: [{ storage: 'nfs' }] }] },
      'guest 100 (x): there is no storage nfs',
    ],
    [
      'a trace',
      { guests: [{ vmid: 100, name: 'x', node: 'a', load: { kind: 'trace' as const, trace: 't', row: 'r' } }] },
      'guest 100 (x): there is no trace t',
    ],
    [
      'a node of a rule',
      { ha: { rules: [{ rule: 'r', type: 'node-affinity' as const, resources: ['vm:1'], nodes: { c: 1 } }] } },
      'rule r: there is no node c',
    ],
    [
      'a node of a fault',
      { faults: [{ kind: 'node_down' as const, node: 'c' }] },
      'fault node_down: there is no node c',
    ],
    [
      'a vmid twice',
      {
        guests: [
          { vmid: 100, name: 'x', node: 'a' },
          { vmid: 100, name: 'y', node: 'a' },
        ],
      },
      'vmid 100 comes twice',
    ],
    [
      'a vmid that populate gives',
      { guests: [{ vmid: 101, name: 'x', node: 'a' }], populate: { guests: 3 } },
      'guest 101: populate gives this vmid away, too (see populate.first_vmid)',
    ],
    [
      'a trace to populate from',
      { populate: { guests: 1, load: 'trace' as const } },
      'populate: there is no trace (give one)',
    ],
  ])('%s that points nowhere', (_, more, problem) => {
    expect(problemsOf(() => createSimulator({ nodes, ...more }))).toEqual([problem]);
  });
});

const four = [1, 2, 3, 4].map((n) => ({ name: `n${n}`, threads: 16, memory_gib: 96 }));
const meanDemand = (populate: object, hours = 1) => {
  const simulator = createSimulator({ nodes: four, populate: { guests: 40, memory: 0.4, ...populate } });
  const sums = new Map<string, number>();
  for (let minute = 0; minute < 60 * hours; minute += 5) {
    simulator.advance(simulator.now() + 300_000);
    for (const node of simulator.inspect().nodes)
      sums.set(node.node, (sums.get(node.node) ?? 0) + node.demand / (12 * hours));
  }
  return [...sums.values()];
};

describe('populate', () => {
  it('meets the mean that is asked for', () => {
    const total = meanDemand({ cpu: 0.5 }).reduce((a, b) => a + b, 0);
    expect(total / 64).toBeGreaterThan(0.47);
    expect(total / 64).toBeLessThan(0.55);
  });
  it('skewed: half of the nodes carry three quarters of the load', () => {
    const [a = 0, b = 0, c = 0, d = 0] = meanDemand({ layout: 'skewed' });
    expect((a + b) / (a + b + c + d)).toBeGreaterThan(0.68);
    expect((a + b) / (a + b + c + d)).toBeLessThan(0.82);
  });
  it('is the same for the same seed and another for another', () => {
    const guests = (seed: number) => createSimulator({ nodes: four, populate: { guests: 20, seed } }).inspect().guests;
    expect(guests(1)).toEqual(guests(1));
    expect(guests(1)).not.toEqual(guests(2));
  });
  it('leaves nodes empty that it is told to', () => {
    const simulator = createSimulator({ nodes: four, populate: { guests: 20, except: ['n2'] } });
    expect(simulator.inspect().nodes.map((node) => node.guests.length === 0)).toEqual([false, true, false, false]);
  });
  it('takes rows of a trace, each once before any comes twice', () => {
    const text = Array.from({ length: 5 }, (_, n) => `g${n},${10 + n},${20 + n}`).join('\n');
    const simulator = createSimulator(
      {
        nodes: four,
        traces: { day: { file: 'day.csv' } },
        populate: { guests: 5, load: 'trace', trace: 'day', cpu: 0.05 },
      },
      { traces: { day: text } },
    );
    expect(new Set(simulator.inspect().guests.map((guest) => guest.demand)).size).toBe(5);
  });
});

describe('shipped examples', async () => {
  const folder = join(import.meta.dirname, '..', 'examples');
  const files = (await readdir(folder)).sort();
  const begin = async (file: string) => {
    const { description, traces } = await readDescription(join(folder, file));
    return createSimulator(description, { traces });
  };
  it('are there', () => expect(files).toEqual(['constant.yaml', 'drain.yaml', 'homelab.yaml', 'trouble.yaml']));
  it.each(['homelab.yaml', 'constant.yaml'])(
    '%s begins with one or two nodes clearly over 80 % and room on the others',
    async (file) => {
      const { nodes: found, guests } = (await begin(file)).inspect();
      const hot = found.filter((node) => node.demand / node.threads > 0.85);
      expect(hot.length === 1 || hot.length === 2).toBe(true);
      expect(found.filter((node) => node.cpu < 0.4)).toHaveLength(2);
      expect(found.every((node) => node.mem / node.maxmem < 0.85)).toBe(true);
      expect(guests).toHaveLength(40);
    },
  );
  it('constant.yaml does not change', async () => {
    const simulator = await begin('constant.yaml');
    const before = simulator.inspect().guests.map((guest) => guest.demand);
    simulator.advance(simulator.now() + 86_400_000);
    expect(simulator.inspect().guests.map((guest) => guest.demand)).toEqual(before);
  });
  it('drain.yaml: any three nodes could carry the load of the fourth', async () => {
    const { nodes: found } = (await begin('drain.yaml')).inspect();
    const threads = found.filter((node) => node.node !== 'pve2').reduce((sum, node) => sum + node.threads, 0);
    expect(found.reduce((sum, node) => sum + node.demand, 0) / threads).toBeLessThan(0.75);
  });
});
