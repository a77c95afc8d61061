import type { Ledger } from '@evenkeel/bus';

/** Writes a value over whatever another writes meanwhile, unless what stands there suits already. */
export async function overwrite(
  ledger: Ledger,
  key: string,
  value: unknown,
  suits: (standing: unknown) => boolean,
): Promise<void> {
  for (;;) {
    const before = await ledger.get(key);
    if (before && suits(before.value)) return;
    const done = before ? await ledger.update(key, value, before.revision) : await ledger.create(key, value);
    if (done !== null) return;
  }
}
