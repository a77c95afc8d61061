import { type Bus, seeded } from '@evenkeel/bus';
import { type AnyEvent, type CloudEvent, events } from '@evenkeel/contracts';
import { envelope } from '@evenkeel/runtime';
import { until } from '../e2e/stage/until.ts';

/** Everything that was said of each migration, by its id. */
export function byMigration(decisions: readonly CloudEvent[]): CloudEvent[][] {
  const groups = new Map<string, CloudEvent[]>();
  for (const event of decisions) {
    const { migration, outcome } = event.data as Record<'migration' | 'outcome', { migration_id: string } | undefined>;
    const id = (migration ?? outcome)?.migration_id;
    if (id) groups.set(id, [...(groups.get(id) ?? []), event]);
  }
  return [...groups.values()];
}

/** Says all events of a migration at the same second, in an order of the seed and all at once; which of them arrived, and how often. */
export async function sayAtOnce(bus: Bus, told: readonly CloudEvent[], seed: number): Promise<[string[], string[]]> {
  const cluster = `seed-${seed}`;
  const next = seeded(seed);
  const circumstances = { service: 'chaos', cluster, trace: '', config_revision: 'none' };
  const out = told
    .map((cloud) => {
      const event = (events as readonly AnyEvent[]).find(({ name }) => cloud.type.includes(`.${name}.`))!;
      const time = `2026-03-02T09:00:00.${Math.floor(1000 * next())}`.padEnd(23, '0');
      return {
        at: next(),
        outgoing: envelope(event, { name: event.name, data: cloud.data, time: `${time}Z` }, circumstances),
      };
    })
    .sort((a, b) => a.at - b.at)
    .map(({ outgoing }) => outgoing);
  const arrived: string[] = [];
  const subjects = [`evenkeel.v1.decisions.${cluster}.>`];
  const consumption = await bus.consume({ stream: 'decisions', durable: cluster, subjects }, async (delivery) => {
    if ('event' in delivery) arrived.push(delivery.event.id);
    await delivery.ack();
  });
  await Promise.all(out.map((outgoing) => bus.publish(outgoing)));
  await until('all events', () => arrived.length >= out.length, { seconds: 10, every_ms: 5 }).catch(() => {});
  await consumption.stop();
  return [out.map(({ event }) => event.id).sort(), arrived.sort()];
}
