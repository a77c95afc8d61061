import { setTimeout as sleep } from 'node:timers/promises';
import type { Opened } from '@evenkeel/runtime';

/** Exit code of a process that was stopped while what it had in hand waited for NATS. */
export const stoppedWithoutBus = 3;

const patience_ms = 20_000;
/** How long NATS may be away after the signal before nobody waits for it any more. */
const busPatience_ms = 3_000;

/** Waits for SIGTERM or SIGINT, then stops gracefully; a second signal ends at once. */
export async function untilSignal(opened: Opened): Promise<void> {
  await new Promise<void>((resolve) => {
    const stop = () => {
      process.once('SIGTERM', () => process.exit(1)).once('SIGINT', () => process.exit(1));
      resolve();
    };
    process.once('SIGTERM', stop).once('SIGINT', stop);
  });
  const closed = new AbortController();
  const ending = await Promise.race([opened.close().then(() => 'closed' as const), late(opened, closed.signal)]);
  closed.abort();
  if (ending === 'closed') return;
  opened.log.error({ trouble: opened.bus.trouble() }, sentences[ending]);
  process.exit(ending === 'without bus' ? stoppedWithoutBus : 1);
}

const sentences = {
  'without bus': 'stopped while NATS is away: nothing is lost, what is committed is said after the next start',
  late: 'could not finish what is in hand within 20 s; what is committed is said after the next start',
};

/** Resolves where stopping takes too long: sooner while the bus is away, since then nothing in hand can be finished. */
async function late({ bus }: Pick<Opened, 'bus'>, closed: AbortSignal): Promise<keyof typeof sentences> {
  const began = performance.now();
  let away = began;
  while (performance.now() - began < patience_ms) {
    await sleep(100, undefined, { signal: closed }).catch(() => {});
    if (closed.aborted) break;
    if (bus.trouble() === null) away = performance.now();
    if (performance.now() - away > busPatience_ms) return 'without bus';
  }
  return 'late';
}
