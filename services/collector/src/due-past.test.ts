import type { GuestFacts, NodePast } from '@evenkeel/contracts';
import { expect, it } from 'vitest';
import { duePast, type PastAsk } from './due-past.ts';
import { guestRow } from './testing/rows.ts';

const read: NodePast = { history: true, tasks: true, tries: 0 };
const known = { identity: 'x', marks: { macs: [], name: 'x' }, constraints: {} } as unknown as GuestFacts['known'];
const facts = (differs: Partial<GuestFacts> = {}): GuestFacts => ({
  look: '',
  tried_at: 0,
  known,
  past: { done: false, tries: 0 },
  ...differs,
});
const log = (n: number) => ({ upid: `UPID:${n}`, endtime: n, status: 'OK' });
const name = (ask: PastAsk): string =>
  ask.kind === 'log' ? ask.log.upid : ask.kind === 'guest' ? ask.guest.id : `${ask.kind} ${ask.node}`;

const due = (differs: {
  past?: Record<string, NodePast>;
  logs?: number;
  guests?: Record<string, GuestFacts>;
  budget?: number;
  rows?: object;
}) => {
  const of = differs.guests ?? {};
  const guests = Object.keys(of).map((id) => guestRow({ vmid: Number(id.split('/')[1]), ...differs.rows }));
  const logs = Array.from({ length: differs.logs ?? 0 }, (_, i) => log(i + 1));
  const at = { nodes: ['n2', 'n1'], online: new Set(['n1']), guests, budget: differs.budget ?? 99 };
  return duePast({ past: differs.past ?? { n1: read, n2: read }, logs }, of, at).map(name);
};

it.each([
  { name: 'of nodes; tasks only of those that answer', is: due({ past: {} }), due: ['node n1', 'node n2', 'tasks n1'] },
  {
    name: 'of the node that failed less often first',
    is: due({ past: { n1: { ...read, history: false, tries: 2 } } }),
    due: ['node n2', 'node n1'],
  },
  {
    name: 'of guests that are known',
    is: due({ guests: { 'qemu/2': facts(), 'qemu/1': facts(), 'qemu/3': facts({ known: undefined }) } }),
    due: ['qemu/1', 'qemu/2'],
  },
  {
    name: 'of guests that failed, last',
    is: due({ guests: { 'qemu/1': facts({ past: { done: false, tries: 1 } }), 'qemu/2': facts() } }),
    due: ['qemu/2', 'qemu/1'],
  },
  {
    name: 'of no guest that has been read',
    is: due({ guests: { 'qemu/1': facts({ past: { done: true, tries: 0 } }) } }),
    due: [],
  },
  { name: 'of no template', is: due({ guests: { 'qemu/1': facts() }, rows: { template: true } }), due: [] },
  {
    name: 'of logs beside guests',
    is: due({ guests: { 'qemu/1': facts(), 'qemu/2': facts(), 'qemu/3': facts() }, logs: 9, budget: 6 }),
    due: ['UPID:1', 'UPID:2', 'qemu/1', 'qemu/2'],
  },
  { name: 'of logs alone', is: due({ logs: 3, budget: 2 }), due: ['UPID:1', 'UPID:2'] },
  {
    name: 'of nothing without requests to spend',
    is: due({ past: {}, logs: 3, budget: 0, guests: { 'qemu/1': facts() } }),
    due: [],
  },
])('reads the past $name', ({ is, due }) => {
  expect(is).toEqual(due);
});
