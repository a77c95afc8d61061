import { CounterReading } from '@evenkeel/contracts';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ratesOf, readCounters } from './rates.ts';
import { guestRow } from './testing/rows.ts';

const before: CounterReading = [1_000, 100, 200, 300, 400, 1, 2, 3, 4];
const row = { netin: 400, netout: 200, diskread: 600, diskwrite: 1_000 };

it.each([
  { name: 'thirty seconds later', row: { ...row, uptime: 1_030 }, rates: [10, 0, 10, 20] },
  { name: 'the same reading again', row: { ...row, uptime: 1_000 }, rates: [1, 2, 3, 4] },
  {
    name: 'after a restart',
    row: { netin: 50, netout: 10, diskread: 0, diskwrite: 20, uptime: 10 },
    rates: [5, 1, 0, 2],
  },
  { name: 'one counter fell', row: { ...row, netin: 50, uptime: 1_030 }, rates: [0, 0, 10, 20] },
  { name: 'stopped', row: { status: 'stopped', uptime: 0 }, rates: [0, 0, 0, 0] },
  {
    name: 'absent figures',
    row: { netin: undefined, netout: undefined, diskread: undefined, diskwrite: undefined, uptime: 1_030 },
    rates: [0, 0, 0, 0],
  },
])('$name', ({ row: differs, rates }) => {
  expect(Object.values(ratesOf(readCounters(guestRow(differs), before)))).toEqual(rates);
});

it('a guest seen for the first time has no rates yet', () => {
  expect(Object.values(ratesOf(readCounters(guestRow(row), undefined)))).toEqual([0, 0, 0, 0]);
});

it('rates are never negative or endless, whatever the counters do', () => {
  const figure = fc.option(fc.double({ min: 0, max: 2 ** 53, noNaN: true }), { nil: undefined });
  const figures = fc.record({ uptime: figure, netin: figure, netout: figure, diskread: figure, diskwrite: figure });
  const law = fc.property(figures, figures, (first, second) => {
    const rates = readCounters(guestRow(second), readCounters(guestRow(first), undefined));
    expect(CounterReading.safeParse(rates).success).toBe(true);
    expect(rates.every((n) => n >= 0)).toBe(true);
  });
  fc.assert(law);
});
