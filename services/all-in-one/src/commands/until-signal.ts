import type { Opened } from '@evenkeel/runtime';

/** Waits for SIGTERM or SIGINT, then stops gracefully; a second signal ends at once. */
export async function untilSignal(opened: Opened): Promise<void> {
  await new Promise<void>((resolve) => {
    const stop = () => {
      process.once('SIGTERM', () => process.exit(1)).once('SIGINT', () => process.exit(1));
      resolve();
    };
    process.once('SIGTERM', stop).once('SIGINT', stop);
  });
  const late = setTimeout(() => {
    opened.log.error(
      {},
      'could not finish what is in hand within 20 s; what is committed is said after the next start',
    );
    process.exit(1);
  }, 20_000);
  await opened.close();
  clearTimeout(late);
}
