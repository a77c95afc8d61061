import { type ApprovedMigration, Config, type NodeSample, recommended } from '@evenkeel/contracts';
import { iso } from '@evenkeel/model';
import { aCluster, aGuest, aNode, GiB } from '@evenkeel/model/sample-cluster';
import { describe, expect, test } from 'vitest';
import { playConfig, type Recorded } from './play-config.ts';

const all = ['a', 'b', 'c', 'd'].map((name) => aNode(name));
const guests = Array.from({ length: 10 }, (_, i) => aGuest(101 + i, 'a', { cpu: 0.75, mem: 6 * GiB, maxmem: 6 * GiB }));

/** A sample every 30 s for two and a half hours of a cluster whose first node is full; a guest may be gone from the second on. */
async function* record(gone?: string, nodes = all): AsyncGenerator<Recorded> {
  for (let i = 0; i < 300; i++) {
    const at = iso(Date.UTC(2026, 0, 5) + 30_000 * i);
    const there = guests.filter(({ guest }) => i === 0 || guest !== gone);
    yield { kind: 'sample', sample: aCluster(nodes, there, { at, sequence: i + 1 }) };
  }
}

/** Acts at the first run, one move at a time. */
const configOf = (abort_on_failure: boolean, maintenance_nodes: string[] = [], nodes: Config['nodes'] = {}): Config => {
  const { automated_migrations: base } = recommended;
  return Config.parse({
    ...recommended,
    nodes,
    intelligent_migrations: { enabled: false },
    automated_migrations: {
      ...base,
      maintenance_nodes,
      rules: { ...base?.rules, max_concurrent_migrations: 1 },
      safety_checks: { abort_on_failure },
    },
  });
};

async function begunBy(config: Config, recorded: AsyncIterable<Recorded>): Promise<ApprovedMigration[]> {
  const begun: ApprovedMigration[] = [];
  await playConfig({ name: 'tried', config }, recorded, {
    cluster: 'lab',
    cost_model: config.cost_model,
    watch: () => {},
    begun: (migration) => begun.push(migration),
  });
  return begun;
}

const said = ({ guest, approved_at }: ApprovedMigration): string => `${guest} ${approved_at.slice(11, 19)}`;

test.each([
  ['while it moves, and the next goes', 'qemu/101', false, ['102 00:01:00', '103 00:03:00', '104 00:05:00']],
  ['while it moves, and all stops for an hour', 'qemu/101', true, ['102 01:05:00', '103 01:07:00', '104 01:09:00']],
  ['while it waits, and another goes at once', 'qemu/102', true, ['103 00:02:00', '104 00:05:00']],
  ['never', undefined, true, ['102 00:02:00', '103 00:04:00', '104 00:06:00']],
])('what follows is what would live: a guest goes %s', async (_, gone, abort, then) => {
  const begun = await begunBy(configOf(abort), record(gone));
  expect(begun.map(said)).toEqual(['101 00:00:00', ...then].map((text) => `qemu/${text}`));
});

test('a kill switch of then stops nothing of what is tried', async () => {
  async function* killed(): AsyncGenerator<Recorded> {
    for await (const entry of record())
      yield entry.kind === 'sample'
        ? { ...entry, sample: { ...entry.sample, kill_switch: 'the kill switch is on' } }
        : entry;
  }
  expect(await begunBy(configOf(true), killed())).toHaveLength(4);
});

const targetsOf = async (config: Config, nodes: NodeSample[]): Promise<string[]> =>
  (await begunBy(config, record(undefined, nodes))).map(({ target_node }) => target_node);
const slow = { speed_factor: 0.1 };
const changed = (change: Partial<NodeSample>) => all.map((node) => (node.node === 'b' ? { ...node, ...change } : node));

describe('what the configuration under test says of a node counts, not the one of then', () => {
  test.each([
    ['as fast as the others', configOf(true), slow, true],
    ['slow', configOf(true, [], { b: { ignore: false, memory_reserve_gib: 0, ...slow } }), {}, false],
    ['to be emptied', configOf(true, ['b']), {}, false],
    ['no longer to be emptied', configOf(true), { maintenance: true, maintenance_named: true }, true],
    ['in the maintenance of Proxmox all the same', configOf(true), { maintenance: true }, false],
    ['to be emptied as then', configOf(true, ['b']), { maintenance: true, maintenance_named: true }, false],
  ])('%s', async (_, config, change, takes) => {
    expect((await targetsOf(config, changed(change))).includes('b')).toBe(takes);
  });
});
