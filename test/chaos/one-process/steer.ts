import type { Ledger } from '@evenkeel/bus';
import { type Automation, automationKey, readAutomation } from '@evenkeel/contracts';
import { cluster } from './replica.ts';

/** From when until when nothing may be moved, epoch ms. */
export type Still = { from: number; to: number };

/** People who pause, and who resume: writes what they ask where the executor reads it, and remembers when it was in force. */
export function createSteering(ledger: Ledger, now: () => number) {
  const still: Still[] = [];
  const change = async (more: Partial<Pick<Automation, 'pause' | 'mode'>>): Promise<void> => {
    const key = automationKey(cluster);
    const kept = await ledger.get(key);
    const { pause: _, mode: __, ...before } = readAutomation(kept?.value);
    const next = { ...before, ...more, revision: before.revision + 1 };
    await (kept ? ledger.update(key, next, kept.revision) : ledger.create(key, next));
    const open = still.find(({ to }) => to === Number.POSITIVE_INFINITY);
    if (open && Object.keys(more).length === 0) open.to = now();
    if (!open && Object.keys(more).length > 0) still.push({ from: now(), to: Number.POSITIVE_INFINITY });
  };
  const since = () => ({ since: new Date(now()).toISOString(), by: 'chaos' });
  return {
    still,
    pause: () => change({ pause: { ...since(), reason: 'chaos' } }),
    observe: () => change({ mode: { ...since(), mode: 'observe' } }),
    resume: () => change({}),
  };
}
