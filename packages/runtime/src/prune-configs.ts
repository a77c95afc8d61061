import type { Ledger, LedgerEntry } from '@evenkeel/bus';
import { streams } from '@evenkeel/contracts';
import { z } from 'zod';
import { activeKey, configKey, retiredKey, revisionIn } from './config-keys.ts';

/** By revision, since when it is not in force: epoch milliseconds. */
const Retired = z.record(z.string(), z.number());

const notRevisions = [activeKey, retiredKey];

/** As long as any stream keeps an event that was decided by it, and a day. */
const keepFor = (Math.max(...Object.values(streams).map((stream) => stream.max_age_seconds)) + 86_400) * 1000;

/** Most configurations that are kept beside the one in force. */
export const mostRetired = 200;

/**
 * Removes configurations that no event can ask for any more: those out of force for longer than any stream keeps events, and the
 * oldest beyond the bound. `now` is the machine's, epoch milliseconds. Where another process changes something meanwhile, the next
 * call does the rest.
 */
export async function pruneConfigs(ledger: Ledger, now: number): Promise<void> {
  const entries = await ledger.list('config');
  const active = String((await ledger.get(activeKey))?.value);
  const old = entries.filter(({ key }) => !notRevisions.includes(key) && key !== configKey(active));
  const before = entries.find(({ key }) => key === retiredKey);
  const known = Retired.safeParse(before?.value).data ?? {};
  const since = ({ key }: LedgerEntry): number => known[revisionIn(key)] ?? now;
  const kept = old
    .filter((entry) => now - since(entry) <= keepFor)
    .sort((a, b) => since(b) - since(a) || b.revision - a.revision)
    .slice(0, mostRetired);
  const retired = Object.fromEntries(kept.map((entry) => [revisionIn(entry.key), since(entry)]));
  if (!isSame(known, retired)) {
    const noted = before
      ? await ledger.update(retiredKey, retired, before.revision)
      : await ledger.create(retiredKey, retired);
    if (noted === null) return;
  }
  for (const { key, revision } of old.filter((entry) => !kept.includes(entry))) await ledger.remove(key, revision);
}

const isSame = (a: Record<string, number>, b: Record<string, number>): boolean =>
  Object.keys(a).length === Object.keys(b).length && Object.entries(a).every(([revision, at]) => b[revision] === at);
