/** What is wrong with a connection now, a sentence for each thing that fails. */
export type Troubles = {
  /** What lasts so many milliseconds is over by then unless it was met again; without, until it is taken back. */
  set: (what: string, sentence: string, lasts_ms?: number) => void;
  delete: (what: string) => void;
  clear: () => void;
  /** The first of them; null where all is well. */
  sentence: () => string | null;
};

/** How long a failure is told that nobody takes back, milliseconds: longer than anybody pauses who goes on trying. */
export const memory_ms = 60_000;

/** A failure of what is rarely done may not be met again for hours, so it may not be told for ever. */
export function createTroubles(monotonic: () => number = () => performance.now()): Troubles {
  const known = new Map<string, { sentence: string; until: number }>();
  return {
    set: (what, sentence, lasts_ms = Number.POSITIVE_INFINITY) => {
      known.set(what, { sentence, until: monotonic() + lasts_ms });
    },
    delete: (what) => void known.delete(what),
    clear: () => known.clear(),
    sentence: () => {
      for (const [what, { until }] of known) if (monotonic() > until) known.delete(what);
      return known.values().next().value?.sentence ?? null;
    },
  };
}
