import type { Ledger } from '@evenkeel/bus';
import { automationKey, readAutomation } from '@evenkeel/contracts';
import { cluster } from '../one-process/replica.ts';
import type { Still } from '../one-process/steer.ts';

/** Milliseconds in which a permission to write is used, or not at all. */
export const permitted = 5_000;

/** The same ledger; from when until when people had it that nothing moves is noted, as the ledger says. */
export function watchStill(ledger: Ledger, now: () => number, still: Still[]): Ledger {
  const look = (key: string, value: unknown): void => {
    if (key !== automationKey(cluster)) return;
    const { pause, mode } = readAutomation(value);
    const isStill = pause !== undefined || mode?.mode === 'observe' || mode?.mode === 'recommend';
    const open = still.find(({ to }) => to === Number.POSITIVE_INFINITY);
    if (open && !isStill) open.to = now();
    if (!open && isStill) still.push({ from: now() + permitted, to: Number.POSITIVE_INFINITY });
  };
  const noted = async (key: string, value: unknown, change: Promise<number | null>): Promise<number | null> => {
    const revision = await change;
    if (revision !== null) look(key, value);
    return revision;
  };
  return {
    ...ledger,
    create: (key, value) => noted(key, value, ledger.create(key, value)),
    update: (key, value, revision) => noted(key, value, ledger.update(key, value, revision)),
  };
}
