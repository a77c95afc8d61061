export type Answer<T> = { ok: true; value: T } | { ok: false; error: Error };

/** What came of it, or why nothing did; after so many milliseconds nobody waits any more. Never throws. */
export async function inTime<T>(work: Promise<T>, patience_ms: number): Promise<Answer<T>> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${patience_ms / 1000} s`)), patience_ms);
  });
  try {
    return { ok: true, value: await Promise.race([work, tooLate]) };
  } catch (error) {
    return { ok: false, error: error instanceof Error ? error : new Error(String(error)) };
  } finally {
    clearTimeout(timer);
  }
}
