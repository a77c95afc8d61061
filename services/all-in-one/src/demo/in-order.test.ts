import type { CloudEvent } from '@evenkeel/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSequencer } from './in-order.ts';

const event = (name: string, second: number, id = ''): CloudEvent => ({
  specversion: '1.0',
  id: `${name}/lab/${id}`,
  source: 'urn:evenkeel:test',
  type: `dev.evenkeel.${name}.v1`,
  subject: 'lab',
  time: new Date(second * 1000).toISOString(),
  datacontenttype: 'application/json',
  dataschema: `urn:evenkeel:schema:${name}:v1`,
  data: {},
});
const names = (events: CloudEvent[]) => events.map(({ id }) => id.split('/')[0]);

test('what arrives late, but within the patience, is told at its place', () => {
  const sequencer = createSequencer(1_000);
  sequencer.take(event('run.decided', 20), 0);
  sequencer.take(event('migration.completed', 10), 900);
  expect(sequencer.due(999)).toEqual([]);
  expect(names(sequencer.due(1_000))).toEqual(['migration.completed', 'run.decided']);
  expect(sequencer.due(2_000)).toEqual([]);
});

test('at the same time the walk from sample to outcome counts, then the arrival', () => {
  const sequencer = createSequencer(1_000);
  for (const name of ['migration.approved', 'recommendations.generated', 'run.decided', 'of.another.version'])
    sequencer.take(event(name, 5), 0);
  for (const id of ['b', 'a']) sequencer.take(event('recommendation.decided', 5, id), 0);
  expect(sequencer.due(Number.POSITIVE_INFINITY).map(({ id }) => id)).toEqual([
    'recommendations.generated/lab/',
    'recommendation.decided/lab/b',
    'recommendation.decided/lab/a',
    'run.decided/lab/',
    'migration.approved/lab/',
    'of.another.version/lab/',
  ]);
});

test('whatever the order of arrival, each is told once, and in order where none is later than the patience', () => {
  const arrivals = fc.array(fc.record({ second: fc.nat(50), delay_ms: fc.nat(999) }), { maxLength: 30 });
  fc.assert(
    fc.property(arrivals, (given) => {
      const sequencer = createSequencer(1_000);
      const arrived = given
        .map(({ second, delay_ms }, i) => ({
          event: event('run.decided', second, `${i}`),
          at: second * 1000 + delay_ms,
        }))
        .sort((a, b) => a.at - b.at);
      const told: CloudEvent[] = [];
      for (const { event, at } of arrived) {
        told.push(...sequencer.due(at));
        sequencer.take(event, at);
      }
      told.push(...sequencer.due(Number.POSITIVE_INFINITY));
      expect(told.map(({ time }) => time)).toEqual(told.map(({ time }) => time).sort());
      expect(new Set(told.map(({ id }) => id)).size).toBe(given.length);
    }),
  );
});
