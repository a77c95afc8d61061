import { type AnyEvent, type AnyRecord, commands, events, records, subjectOf, token } from '@evenkeel/contracts';
import type { Service } from '@evenkeel/runtime';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { anyOf } from './any-of.ts';
import { loadServices } from './load-services.ts';

const services = await loadServices();
const names = (list: readonly { name: string }[]) => list.map(({ name }) => name);
const says = (service: Service) => names(service.publishes as readonly AnyEvent[]);
const hears = (service: Service) => names([...service.handlers.keys()]);
const owns = (service: Service) => names(Object.values(service.owns as Record<string, AnyRecord>));
const reads = (service: Service) => names(Object.values(service.reads as Record<string, AnyRecord>));

/** All that travels: events and commands. */
const said: readonly AnyEvent[] = [...events, ...commands];

/** Events that no service needs to hear, and who they are for. */
const forOthers: Record<string, string> = {
  'scaling.decided': 'people and programs that size guests',
  'run.decided': 'people who look at the last run, and programs outside',
  'migration.progressed': 'people who watch a migration, and programs outside',
  'automation.refused': 'who asked, and programs outside',
  'decision.answered': 'who gave the answer, and programs outside',
};

describe('each event', () => {
  test('has a name of its own', () => expect(new Set(names(said)).size).toBe(said.length));

  describe.each(said.map((event: AnyEvent) => [event.name, event] as const))('%s', (name, event) => {
    const examples = fc.sample(anyOf(event.data), { numRuns: 30, seed: 1 });

    test('is named by what is over, in lower case with dots', () => {
      expect(name).toMatch(/^[a-z]+(\.[a-z]+)+$/);
      expect(name).toMatch(/(ed|en)$/);
    });

    test('has examples', () => expect(examples.every((example) => event.data.safeParse(example).success)).toBe(true));

    test('has a key and an id, whatever it says', () => {
      for (const example of examples) {
        expect(event.key(example)).toMatch(/^[a-z0-9][a-z0-9_-]{0,31}$/);
        expect(event.id(example)).not.toMatch(/undefined|NaN|\[object/);
      }
    });

    test('has a subject that NATS takes', () => {
      for (const example of examples) {
        const subject = subjectOf(event, event.key(example), event.id(example) || 'x');
        expect(subject).toMatch(/^evenkeel\.v1(\.[A-Za-z0-9_-]+)+$/);
      }
    });

    test('can be written as JSON Schema', () =>
      expect(z.toJSONSchema(event.data, { io: 'input' })).toBeTypeOf('object'));
    test('fits into a message', () =>
      expect(event.budget_bytes).toBeLessThanOrEqual(event.stream === 'telemetry' ? 524_288 : 65_536));
  });
});

describe('each record', () => {
  test('has a name of its own', () => expect(new Set(names(records)).size).toBe(records.length));
  test('has a name in lower case', () => {
    expect(names(records).filter((name) => !/^[a-z]+([._-][a-z]+)*$/.test(name))).toEqual([]);
  });
});

test('two ids never share a subject', () => {
  fc.assert(fc.property(fc.string(), fc.string(), (a, b) => a === b || token(a) !== token(b)));
});

describe.skipIf(services === null)('the services, once services/all-in-one/src/services.ts lists them', () => {
  const all = services ?? [];

  test('have names of their own', () => expect(new Set(names(all)).size).toBe(all.length));

  test.each(names(events))('somebody says %s', (name) => {
    expect(all.filter((service) => says(service).includes(name)).length).toBeGreaterThan(0);
  });

  test.each(names(events).filter((name) => !(name in forOthers)))('somebody hears %s', (name) => {
    expect(all.filter((service) => hears(service).includes(name)).length).toBeGreaterThan(0);
  });

  test.each(names(commands))('somebody hears the command %s, and nobody says it but people', (name) => {
    expect(all.filter((service) => hears(service).includes(name))).toHaveLength(1);
    expect(all.filter((service) => says(service).includes(name))).toEqual([]);
  });

  test.each(Object.entries(forOthers))('%s is for %s only', (name) => {
    expect(names(all.filter((service) => hears(service).includes(name)))).toEqual([]);
  });

  test('say and hear only events that are listed', () => {
    expect(
      all.flatMap((service) => [...says(service), ...hears(service)]).filter((name) => !names(said).includes(name)),
    ).toEqual([]);
  });

  test.each(records.map((record: AnyRecord) => [record.name, record.owner]))(
    '%s belongs to %s, and to nobody else',
    (name, owner) => {
      expect(names(all.filter((service) => owns(service).includes(name)))).toEqual([owner]);
    },
  );

  test('keep and read only records that are listed, and read none of their own twice', () => {
    const kept = all.flatMap((service) => [...owns(service), ...reads(service)]);
    expect(kept.filter((name) => !names(records as readonly AnyRecord[]).includes(name))).toEqual([]);
    expect(all.flatMap((service) => reads(service).filter((name) => owns(service).includes(name)))).toEqual([]);
  });
});
