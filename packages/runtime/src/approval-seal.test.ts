import { createMemoryBus, type Outgoing } from '@evenkeel/bus';
import { Config, defineEvent, migrationApproved, runDecided } from '@evenkeel/contracts';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { createApprovalSeal } from './approval-seal.ts';
import { openConfigSource } from './config-source.ts';
import { defineService } from './define-service.ts';
import { envelope, typeOf } from './envelope.ts';
import { start } from './start.ts';
import { plainSurroundings } from './testing/plain-surroundings.ts';

const key = 'planted-approval-key-0123456789';
const seal = createApprovalSeal(key);
const outgoing = (type: string, data: unknown): Outgoing => ({
  stream: 'decisions',
  subject: 'x',
  once: true,
  event: { type, data } as Outgoing['event'],
});
const signed = (data: unknown) => seal.sign(outgoing(typeOf(migrationApproved), data)).event;
const approval = { migration: { guest: 'qemu/101', target_node: 'b', planned: [{ z: 1, a: [2, 1] }] } };

test('what was signed is taken, in whatever order its keys arrive', () => {
  const event = signed(approval);
  const data = { migration: { planned: [{ a: [2, 1], z: 1 }], target_node: 'b', guest: 'qemu/101' } };
  expect(seal.objection({ ...event, data })).toBeNull();
  expect(JSON.stringify(event)).not.toContain(key);
});

test.each([
  ['no signature', { ...signed(approval), approvalsignature: undefined as never }, 'is not signed'],
  [
    'another key',
    createApprovalSeal('another').sign(outgoing(typeOf(migrationApproved), approval)).event,
    'another key',
  ],
  [
    'another target',
    { ...signed(approval), data: { migration: { ...approval.migration, target_node: 'c' } } },
    'changed',
  ],
  [
    'a list in another order',
    { ...signed(approval), data: { migration: { ...approval.migration, planned: [{ z: 1, a: [1, 2] }] } } },
    'changed',
  ],
  [
    'a part of it',
    { ...signed(approval), approvalsignature: signed(approval).approvalsignature!.slice(0, 20) },
    'another key',
  ],
  ['nothing in it', { ...signed(approval), approvalsignature: '' }, 'another key'],
])('an approval with %s is objected to', (_, event, sentence) => {
  expect(seal.objection(event)).toContain(sentence);
});

test('other events are not signed, and need not be', () => {
  const { event } = seal.sign(outgoing(typeOf(runDecided), {}));
  expect(event.approvalsignature).toBeUndefined();
  expect(seal.objection(event)).toBeNull();
});

/** Of the same type, with less in it. */
const { moments: _moments, own_clock: _clock, ...declared } = migrationApproved;
const approved = defineEvent({
  ...declared,
  data: z.object({ n: z.int() }),
  key: () => 'lab',
  id: ({ n }) => String(n),
});

test('a service hears why an approval that somebody else published must not be acted on', async () => {
  const heard: (string | undefined)[] = [];
  const service = defineService({ name: 'hearer', summary: '', owns: {}, reads: {}, publishes: [] }).on(
    approved,
    async (_, { untrusted }) => {
      heard.push(untrusted);
      return [];
    },
  );
  const bus = createMemoryBus();
  const configs = await openConfigSource(bus.ledger, Config.parse({}));
  const started = await start([service], plainSurroundings({ bus, configs, clusters: ['lab'], seal }));
  const said = (n: number) =>
    envelope(approved, approved.of({ n }, '2026-01-01T00:00:00.000Z'), {
      service: 'test',
      cluster: 'lab',
      trace: `00-${'1'.repeat(32)}-${'1'.repeat(16)}-01`,
      config_revision: configs.current().revision,
    });
  await bus.publish(seal.sign(said(101)));
  await bus.publish(said(102));
  for (let n = 0; heard.length < 2 && n < 200; n++) await new Promise((resolve) => setTimeout(resolve, 10));
  await started.stop();
  expect(heard).toEqual([undefined, expect.stringContaining('is not signed')]);
});
