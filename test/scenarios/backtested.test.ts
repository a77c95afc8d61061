import { playConfig, streamRecording } from '@evenkeel/all-in-one/backtest';
import { type ApprovedMigration, clusterScored, type DataOf, filterOf, migrationApproved } from '@evenkeel/contracts';
import { figures } from '@evenkeel/model';
import { placeGuest } from '@evenkeel/recommender/place';
import { describe, expect, test } from 'vitest';
import { type Given, readGiven } from './given.ts';
import { type Played, play } from './play.ts';
import { here } from './stories.ts';

const said = ({ approved_at, guest, source_node, target_node, expected }: ApprovedMigration) => ({
  approved_at,
  guest,
  source_node,
  target_node,
  improvement: expected.improvement,
});
const approvedIn = ({ events }: Played): ApprovedMigration[] =>
  events
    .filter(({ type }) => type.includes(`.${migrationApproved.name}.`))
    .map(({ data }) => migrationApproved.data.parse(data).migration);

describe('a backtest over what a cluster was seen to do', () => {
  test.each([
    'skewed-homelab',
    'growing-memory',
    'pair-stays-together',
    'spread-by-number',
    'peak-above-its-cap',
    'n-plus-one-not-asked',
    'even-from-the-start',
  ])('approves the moves that were approved then, at the same time: %s', async (name) => {
    const played = await play(await readGiven(`${here}${name}`));
    const { config, bus, simulator } = played;
    const again: ApprovedMigration[] = [];
    await playConfig({ name, config }, (await streamRecording(bus, simulator.name)).play(), {
      cluster: simulator.name,
      cost_model: config.cost_model,
      watch: () => {},
      begun: (migration) => again.push(migration),
    });
    expect(again.map(said)).toEqual(approvedIn(played).map(said));
  });
});

describe('a place for a new guest', () => {
  const guest = { type: 'qemu', vcpus: 2, cpu: 0.5, mem: 2 ** 30, maxmem: 2 ** 31, tags: [], storages: [] } as const;

  test('is sought among nodes as the scorer finds them, rising ones too', async () => {
    const load = { kind: 'growing', level: 0.4, growth_per_day: 9, noise: 0 };
    const { config, bus, simulator } = await play({
      cluster: {
        nodes: [{ name: 'a' }, { name: 'b' }],
        guests: [101, 102].map((vmid) => ({ vmid, name: `batch-${vmid}`, node: 'a', vcpus: 8, load })),
      } as Given['cluster'],
      config: { mode: 'observe', penalty_config: { weight_trend: 0.2 } },
      minutes: 62,
    });
    const scored: DataOf<typeof clusterScored>[] = [];
    for await (const { event } of bus.read('telemetry', [filterOf(clusterScored, simulator.name)]))
      scored.push(clusterScored.data.parse(event.data));
    expect(scored.some(({ scores }) => scores.some(({ trend }) => trend.direction === 'rising'))).toBe(true);
    for (const data of scored)
      for (const { node, before } of placeGuest({ ...data, config }, guest))
        expect(figures(before.penalty)).toBe(data.scores.find((s) => s.node === node)!.penalty);
  });
});
