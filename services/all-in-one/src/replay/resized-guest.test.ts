import { Config, clusterProfiled, clusterSampled, type DataOf, scalingDecided } from '@evenkeel/contracts';
import { predictGuest } from '@evenkeel/model';
import { aCluster, aGuest, aNode } from '@evenkeel/model/sample-cluster';
import { expect, test } from 'vitest';
import { openReplay } from './open-replay.ts';

const config = Config.parse({ clusters: [{ name: 'lab', hosts: ['a'] }] });
const half_hours = 2 * 24 * 7;

test('a guest that was given what it was short of is predicted as before in cores, and is not said to be short of more', async () => {
  const { configs, say, heard, close } = await openReplay('lab', config, [clusterProfiled, scalingDecided]);
  const { revision } = configs.current();
  const cores: number[] = [];
  const advice: [number, string][] = [];
  for (let i = 0; i <= half_hours + 6; i++) {
    const maxcpu = i < half_hours ? 2 : 4;
    const at = new Date(Date.UTC(2026, 0, 5) + i * 1_800_000).toISOString();
    const guests = [aGuest(1, 'a', { maxcpu, cpu: 1.9 / maxcpu }), aGuest(2, 'b', { maxcpu: 2, cpu: 0.5 })];
    const run = { run_id: `r${i}`, opened_at: at };
    const sample = aCluster([aNode('a'), aNode('b')], guests, { at, sequence: i, config_revision: revision, run });
    await say(clusterSampled.of(sample, at), revision);
    for (const { name, data } of heard()) {
      const { guest, decision } = data as DataOf<typeof scalingDecided>;
      if (name === scalingDecided.name && guest === 'qemu/1') advice.push([maxcpu, decision.scaling_action]);
      if (name !== clusterProfiled.name || maxcpu === 2) continue;
      const profile = (data as DataOf<typeof clusterProfiled>).profiles.find((p) => p.guest === 'qemu/1');
      cores.push(predictGuest(guests[0]!, profile, { prices: config.penalty_config, speed_factor: 1, hour: 0 }).cores);
    }
  }
  await close();
  expect(cores).toHaveLength(7);
  for (const predicted of cores) expect(predicted).toBeCloseTo(1.9, 1);
  expect(advice.filter(([vcpus]) => vcpus === 2).at(-1)).toEqual([2, 'scale_up']);
  expect(advice.filter(([vcpus]) => vcpus === 4)).toEqual([[4, 'no_action']]);
});
