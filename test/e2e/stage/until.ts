import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until the answer is there (neither undefined, null nor false), and gives it; throws after `seconds`, saying what it waited for. */
export async function until<T>(
  what: string,
  ask: () => Promise<T> | T,
  { seconds = 60, every_ms = 100, tell = () => '' }: { seconds?: number; every_ms?: number; tell?: () => string } = {},
): Promise<NonNullable<Exclude<T, false>>> {
  for (const deadline = performance.now() + seconds * 1000; ; await sleep(every_ms)) {
    const answer = await ask();
    if (answer !== undefined && answer !== null && answer !== false) return answer as NonNullable<Exclude<T, false>>;
    if (performance.now() > deadline) throw new Error(`waited ${seconds} s in vain: ${what}\n${tell()}`);
  }
}
