import { expect, test } from 'vitest';
import { createMetrics } from './metrics.ts';
import { observe } from './observe.ts';

async function seen(...said: { name: string; data: object }[]): Promise<string[]> {
  const metrics = createMetrics('test', { process: false });
  for (const event of said) observe(metrics, event, 'lab');
  const text = await metrics.registry.metrics();
  return text.split('\n').filter((line) => /^evenkeel_(paused|migrations_total)/.test(line));
}
const sample = (more: object) => ({ name: 'cluster.sampled', data: { at: '2026-03-02T09:00:00.000Z', ...more } });

test.each([
  [{}, 0, 0],
  [{ paused: 'paused by anna' }, 1, 0],
  [{ kill_switch: 'the kill switch is on' }, 0, 1],
])('who stopped it, as of a sample with %j', async (more, pause, kill) => {
  expect(await seen(sample({ paused: 'x', kill_switch: 'y' }), sample(more))).toEqual([
    `evenkeel_paused{cluster="lab",by="pause"} ${pause}`,
    `evenkeel_paused{cluster="lab",by="kill_switch"} ${kill}`,
  ]);
});

test('what was brought back is counted among what was completed', async () => {
  const done = (migration: object) => ({ name: 'migration.completed', data: { migration } });
  expect(await seen(done({}), done({ parent_id: 'm' }))).toEqual([
    'evenkeel_migrations_total{cluster="lab",result="completed"} 2',
    'evenkeel_migrations_total{cluster="lab",result="brought_back"} 1',
  ]);
});
