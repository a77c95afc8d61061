import { Config, type ConfigInput, clusterSampled, type DataOf, recommendationDecided } from '@evenkeel/contracts';
import { aCluster, aGuest, aNode } from '@evenkeel/model/sample-cluster';
import { describe, expect, test } from 'vitest';
import { openReplay } from './open-replay.ts';

const at = '2026-01-05T12:00:00.000Z';
const clusters = ['paris', 'lyon'].map((name) => ({ name, hosts: [name] }));
type Asked = ConfigInput['automated_migrations'];

/** The same nodes and guests in either cluster: what is decided on in a run, one line a guest. */
async function decided(cluster: string, asked: Asked, more: ConfigInput = {}): Promise<string[]> {
  const config = Config.parse({ clusters, mode: 'auto', automated_migrations: { dry_run: false, ...asked }, ...more });
  const replay = await openReplay(cluster, config, [recommendationDecided]);
  const { revision } = replay.configs.current();
  const sample = aCluster(
    [aNode('pve1'), aNode('pve2'), aNode('pve3')],
    [101, 102, 103].map((vmid) => aGuest(vmid, vmid === 103 ? 'pve2' : 'pve1', { cpu: 0.2 })),
    { cluster, config_revision: revision, run: { run_id: `run-${cluster}`, opened_at: at } },
  );
  await replay.say(clusterSampled.of(sample, at), revision);
  const heard = replay.heard();
  await replay.close();
  return heard
    .map(({ data }) => (data as DataOf<typeof recommendationDecided>).recommendation)
    .map(({ guest, source_node, target_node, mandatory }) => [guest, source_node, target_node, mandatory].join(' '))
    .sort();
}

const emptied = [
  expect.stringMatching(/^qemu\/101 pve1 pve[23] maintenance$/),
  expect.stringMatching(/^qemu\/102 pve1 pve[23] maintenance$/),
];

describe('of two clusters with the same names of nodes and numbers of guests, only the one moves that is named', () => {
  const pin = { name: 'home', kind: 'pin' as const };
  const home = [expect.stringMatching(/^qemu\/101 pve1 pve3 rule$/)];
  test.each<[string, Asked, unknown, unknown]>([
    ['a node without a cluster is emptied in both', { maintenance_nodes: ['pve1'] }, emptied, emptied],
    ['a node of one cluster is emptied there', { maintenance_nodes: ['paris/pve1'] }, emptied, []],
    [
      'a pin of one cluster holds there',
      { placement_rules: [{ ...pin, cluster: 'paris', guests: ['101'], nodes: ['pve3'] }] },
      home,
      [],
    ],
    [
      'so does a pin of a guest of one cluster',
      { placement_rules: [{ ...pin, guests: ['lyon/101'], nodes: ['pve3'] }] },
      [],
      home,
    ],
    [
      'and a pin to a node of one cluster',
      { placement_rules: [{ ...pin, guests: ['qemu/101'], nodes: ['lyon/pve3'] }] },
      [],
      home,
    ],
  ])('%s', async (_, asked, paris, lyon) => {
    expect(await decided('paris', asked)).toEqual(paris);
    expect(await decided('lyon', asked)).toEqual(lyon);
  });

  test('guests and nodes of one cluster are ignored there alone', async () => {
    const pins = { placement_rules: [{ ...pin, guests: ['101'], nodes: ['pve3'] }] };
    const asked = { ...pins, rules: { ignore_guests: ['paris/qemu/101'] } };
    expect([await decided('paris', asked), await decided('lyon', asked)]).toEqual([[], home]);
    const nodes = { nodes: { 'lyon/pve3': { ignore: true } } };
    expect([await decided('paris', pins, nodes), await decided('lyon', pins, nodes)]).toEqual([home, []]);
  });
});
