import { beforeAll, expect, test } from 'vitest';
import { type Measures, measureBadDay, tableOf } from './measure.ts';

let measures: Measures;
beforeAll(async () => {
  measures = await measureBadDay(2);
  console.log(`64 nodes, 3,000 guests, a bad day\n${tableOf(measures.events)}\n${tableOf(measures.records)}`);
});

test('a bad day makes as many decisions as a run can', () => {
  const seen = Object.fromEntries(measures.events.map(({ name, count }) => [name, count]));
  expect(seen['recommendation.decided']).toBeGreaterThanOrEqual(400);
  expect(seen['migration.approved']).toBeGreaterThanOrEqual(30);
});

test.each(['events', 'records'] as const)('of all %s none takes more than its budget', (kind) => {
  expect(measures[kind].length).toBeGreaterThan(10);
  expect(measures[kind].filter(({ bytes, budget }) => bytes > budget)).toEqual([]);
});
