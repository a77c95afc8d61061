import type { CloudEvent, RunSummary } from '@evenkeel/contracts';
import { expect, test } from 'vitest';
import { createTeller, formatLine, safe, tell } from './tell.ts';

const event = (name: string, data: unknown, time = '2026-03-02T09:00:00.000Z'): CloudEvent => ({
  specversion: '1.0',
  id: `${name}/lab/1`,
  source: 'urn:evenkeel:test',
  type: `dev.evenkeel.${name}.v1`,
  subject: 'lab',
  time,
  datacontenttype: 'application/json',
  dataschema: `urn:evenkeel:schema:${name}:v1`,
  data,
});

type Given = Partial<Pick<RunSummary, 'status' | 'notes'>> & { actions?: RunSummary['decisions'][number]['action'][] };

const run = ({ status = 'no_action', actions = [], notes = [] }: Given, time?: string): CloudEvent =>
  event(
    'run.decided',
    { status, notes, decisions: actions.map((action) => ({ action })), imbalance: { cpu: 4.04, mem: 2 } },
    time,
  );
const said = (events: CloudEvent[]): string[] => {
  const teller = createTeller();
  return events.flatMap((e) => teller(e).map(({ word, text }) => `${word}: ${text}`));
};
const state = 'imbalance CPU 4.0, memory 2.0 points';

test.each<[string, Given, string]>([
  ['nothing to do', { notes: ['the nodes are even'] }, `at rest: the nodes are even; ${state}`],
  ['not yet sure', { actions: ['observing'], notes: ['1 of 1 observing'] }, `watching: 1 of 1 observing; ${state}`],
  [
    'something stands against it',
    { actions: ['observing', 'filtered'], notes: ['1 of 2 filtered by cooldown'] },
    `holding: 1 of 2 filtered by cooldown; ${state}`,
  ],
  ['the cluster is unfit', { status: 'skipped', notes: ['no quorum'] }, `stopped: no quorum; ${state}`],
  ['moves start', { status: 'acting', actions: ['pending', 'filtered'] }, `run: 1 approved; 1 held back; ${state}`],
  ['a person is asked', { actions: ['pending'], notes: ['awaiting approval'] }, `asking: 1 await approval; ${state}`],
])('a run in which %s', (_, given, line) => {
  expect(said([run(given)])).toEqual([line]);
});

test('whether the loss of a node would be survived is told where it would not', () => {
  const yes = { survives: true, reason: 'the loss of any one node would be survived' };
  const no = { survives: false, reason: 'the loss of b would leave 2 guests of its 9 (12 GiB) without a place' };
  const told = (now: typeof yes, after: typeof yes) =>
    said([event('run.decided', { ...(run({}).data as object), survival: { now, after } })])[0]!.split('points; ')[1];
  expect([told(yes, yes), told(yes, no), told(no, yes), told(no, no)]).toEqual([
    undefined,
    `after the plan ${no.reason}, now it would be survived`,
    `${no.reason}, after the plan it would be survived`,
    `${no.reason}, and not after the plan either`,
  ]);
});

const even = (points: string, time: string) => run({ notes: [`penalties ${points} points apart`] }, time);

test('a rest is told again after an hour, or when its reason is another, not when its figures are', () => {
  const again = said([
    even('5.9', '2026-03-02T09:00:00.000Z'),
    even('6.1', '2026-03-02T09:05:00.000Z'),
    even('-0.2', '2026-03-02T09:59:59.000Z'),
    even('6.2', '2026-03-02T10:00:00.000Z'),
    run({ notes: ['no move is worth it'] }, '2026-03-02T10:05:00.000Z'),
    even('6.3', '2026-03-02T10:10:00.000Z'),
  ]);
  expect(again.map((line) => line.split(';')[0])).toEqual([
    'at rest: penalties 5.9 points apart',
    'at rest: penalties 6.2 points apart',
    'at rest: no move is worth it',
    'at rest: penalties 6.3 points apart',
  ]);
});

test('a rest after moves is told, whatever was told before', () => {
  const words = said([
    even('5.9', '2026-03-02T09:00:00.000Z'),
    run({ status: 'acting', actions: ['pending'] }, '2026-03-02T09:05:00.000Z'),
    even('5.8', '2026-03-02T09:10:00.000Z'),
  ]).map((line) => line.split(':')[0]);
  expect(words).toEqual(['at rest', 'run', 'at rest']);
});

const held = (guest: string, reason: string, time?: string): CloudEvent =>
  event(
    'recommendation.decided',
    { action: 'filtered', reason, recommendation: { guest, name: 'web', source_node: 'a', target_node: 'b' } },
    time,
  );

test('each guest that is held back is told once for the same reason', () => {
  const lines = said([
    held('qemu/101', 'moved 5 min ago'),
    held('qemu/102', 'moved 5 min ago'),
    held('qemu/101', 'moved 1.2 h ago'),
    held('qemu/101', 'has a conflict with qemu/103'),
    held('qemu/101', 'has a conflict with qemu/104'),
  ]);
  expect(lines).toEqual([
    'held back: qemu/101 web  a → b: moved 5 min ago',
    'held back: qemu/102 web  a → b: moved 5 min ago',
    'held back: qemu/101 web  a → b: has a conflict with qemu/103',
    'held back: qemu/101 web  a → b: has a conflict with qemu/104',
  ]);
});

test('what comes from outside cannot leave its line', () => {
  expect(safe(`a\u001b[31m\nb${'x'.repeat(60)}`)).toBe(`a·[31m·b${'x'.repeat(32)}`);
  const [line] = tell(held('qemu/101', 'because\r\nof this'));
  expect(formatLine(line!, false)).toBe('03-02 09:00:00  held back    qemu/101 web  a → b: because··of this');
});

test('samples say nothing', () => {
  expect(tell(event('cluster.sampled', {}))).toEqual([]);
});
