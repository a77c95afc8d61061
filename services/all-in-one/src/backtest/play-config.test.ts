import { type ApprovedMigration, Config, recommended } from '@evenkeel/contracts';
import { iso } from '@evenkeel/model';
import { aCluster, aGuest, aNode, GiB } from '@evenkeel/model/sample-cluster';
import { expect, test } from 'vitest';
import { playConfig, type Recorded } from './play-config.ts';

const nodes = ['a', 'b', 'c', 'd'].map((name) => aNode(name));
const guests = Array.from({ length: 10 }, (_, i) => aGuest(101 + i, 'a', { cpu: 0.75, mem: 6 * GiB, maxmem: 6 * GiB }));

/** A sample every 30 s for two and a half hours of a cluster whose first node is full; a guest may be gone from the second on. */
async function* record(gone?: string): AsyncGenerator<Recorded> {
  for (let i = 0; i < 300; i++) {
    const at = iso(Date.UTC(2026, 0, 5) + 30_000 * i);
    const there = guests.filter(({ guest }) => i === 0 || guest !== gone);
    yield { kind: 'sample', sample: aCluster(nodes, there, { at, sequence: i + 1 }) };
  }
}

/** Acts at the first run, one move at a time. */
const configOf = (abort_on_failure: boolean): Config => {
  const { automated_migrations: base } = recommended;
  return Config.parse({
    ...recommended,
    intelligent_migrations: { enabled: false },
    automated_migrations: {
      ...base,
      rules: { ...base?.rules, max_concurrent_migrations: 1 },
      safety_checks: { abort_on_failure },
    },
  });
};

async function movesOf(config: Config, recorded: AsyncIterable<Recorded>): Promise<string[]> {
  const begun: ApprovedMigration[] = [];
  await playConfig({ name: 'tried', config }, recorded, {
    cluster: 'lab',
    cost_model: config.cost_model,
    watch: () => {},
    begun: (migration) => begun.push(migration),
  });
  return begun.map(({ guest, approved_at }) => `${guest} ${approved_at.slice(11, 19)}`);
}

test.each([
  ['while it moves, and the next goes', 'qemu/101', false, ['102 00:01:00', '103 00:03:00', '104 00:05:00']],
  ['while it moves, and all stops for an hour', 'qemu/101', true, ['102 01:05:00', '103 01:07:00', '104 01:09:00']],
  ['while it waits, and another goes at once', 'qemu/102', true, ['103 00:02:00', '104 00:05:00']],
  ['never', undefined, true, ['102 00:02:00', '103 00:04:00', '104 00:06:00']],
])('what follows is what would live: a guest goes %s', async (_, gone, abort, then) => {
  expect(await movesOf(configOf(abort), record(gone))).toEqual(['101 00:00:00', ...then].map((said) => `qemu/${said}`));
});
