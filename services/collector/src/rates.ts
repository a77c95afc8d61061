import type { CounterReading } from '@evenkeel/contracts';
import type { GuestRow } from '@evenkeel/proxmox';
import { rounded } from './rounded.ts';

const counters = ['netin', 'netout', 'diskread', 'diskwrite'] as const;

/**
 * Bytes a second since the reading before, by the guest's own uptime, which Proxmox reads together with the counters. A guest that
 * began anew (restart, migration) counts from its start; where nothing new was read, the last rates stand.
 */
export function readCounters(guest: GuestRow, before: CounterReading | undefined): CounterReading {
  const uptime = guest.uptime ?? 0;
  const now = counters.map((name) => guest[name] ?? 0);
  if (guest.status !== 'running' || uptime === 0) return reading(uptime, now, [0, 0, 0, 0]);
  if (!before) return reading(uptime, now, [0, 0, 0, 0]);
  if (uptime === before[0]) return reading(uptime, now, before.slice(5));
  const isAnew = uptime < before[0];
  const seconds = isAnew ? uptime : uptime - before[0];
  const rates = now.map((value, i) => {
    const base = isAnew ? 0 : (before[i + 1] ?? 0);
    return Math.max(0, value - base) / seconds;
  });
  return reading(uptime, now, rates);
}

function reading(uptime: number, values: readonly number[], rates: readonly number[]): CounterReading {
  return [uptime, ...values, ...rates.map((rate) => rounded(rate))] as CounterReading;
}

export const ratesOf = ([, , , , , netin, netout, diskread, diskwrite]: CounterReading) => ({
  netin,
  netout,
  diskread,
  diskwrite,
});

/** The counters of all guests as they stand now. */
export const readAllCounters = (
  guests: readonly GuestRow[],
  before: Readonly<Record<string, CounterReading>>,
): Record<string, CounterReading> =>
  Object.fromEntries(guests.map((guest) => [guest.id, readCounters(guest, before[guest.id])]));
