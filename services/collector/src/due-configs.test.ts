import type { GuestFacts } from '@evenkeel/contracts';
import { expect, it } from 'vitest';
import { dueConfigs, lookOf } from './due-configs.ts';
import { guestRow } from './testing/rows.ts';

const now_s = 1_800_000_000;
const known = { identity: 'x', marks: { macs: [], name: 'x' }, constraints: {} } as unknown as GuestFacts['known'];
const row = guestRow();
const facts = (differs: Partial<GuestFacts> = {}): GuestFacts => ({
  look: lookOf(row),
  tried_at: now_s - 600,
  known,
  past: { done: true, tries: 0 },
  ...differs,
});
const due = (guest = row, of: GuestFacts | undefined = undefined) =>
  dueConfigs([guest], of ? { [guest.id]: of } : {}, { now_s, online: new Set(['n1']), budget: 9 }).length === 1;

it.each([
  { name: 'never read', due: due() },
  { name: 'renamed', due: due(guestRow({ name: 'other' }), facts()) },
  { name: 'tagged', due: due(guestRow({ tags: ['a'] }), facts()) },
  { name: 'given memory', due: due(guestRow({ maxmem: 1 }), facts()) },
  {
    name: 'moved',
    due:
      dueConfigs([guestRow({ node: 'n2' })], { [row.id]: facts() }, { now_s, online: new Set(['n2']), budget: 9 })
        .length === 1,
  },
  { name: 'read long ago', due: due(row, facts({ tried_at: now_s - 5000 })) },
  { name: 'failed a while ago', due: due(row, facts({ known: undefined, tried_at: now_s - 301 })) },
  { name: 'read in a future that was turned back', due: due(row, facts({ tried_at: now_s + 9 })) },
])('a guest $name is read', ({ due }) => {
  expect(due).toBe(true);
});

it.each([
  { name: 'read lately', due: due(row, facts()) },
  { name: 'failed just now', due: due(row, facts({ known: undefined, tried_at: now_s - 10 })) },
  {
    name: 'of which its node says nothing for a moment',
    due: due(guestRow({ name: undefined, maxcpu: undefined }), facts()),
  },
  { name: 'on a node that is away', due: due(guestRow({ node: 'gone' })) },
])('a guest $name is not', ({ due }) => {
  expect(due).toBe(false);
});

it('reads new guests first, then changed, then the oldest, and no more than it may', () => {
  const guests = [5, 4, 3, 2, 1].map((vmid) => guestRow({ vmid }));
  const of = {
    'qemu/1': facts({ look: lookOf(guestRow({ vmid: 1 })), tried_at: now_s - 6000 }),
    'qemu/2': facts({ look: lookOf(guestRow({ vmid: 2 })), tried_at: now_s - 7000 }),
    'qemu/3': facts({ look: 'other' }),
  };
  const order = (budget: number) =>
    dueConfigs(guests, of, { now_s, online: new Set(['n1']), budget }).map(({ vmid }) => vmid);
  expect(order(9)).toEqual([4, 5, 3, 2, 1]);
  expect(order(3)).toEqual([4, 5, 3]);
});
