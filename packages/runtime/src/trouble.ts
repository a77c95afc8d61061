import type { Log } from './define-service.ts';

export type Trouble = {
  failed: (error: unknown, fields?: object) => void;
  over: (fields?: object) => void;
  /** What is wrong now; null where nothing is. */
  sentence: () => string | null;
};

/** Tells of work that is done again and again: once when it begins to fail, again where it fails otherwise, once when it is over. */
export function createTrouble(log: Pick<Log, 'warn' | 'info'>, words: { failed: string; over: string }): Trouble {
  let current: string | null = null;
  return {
    failed: (error, fields = {}) => {
      const sentence = error instanceof Error ? error.message : String(error);
      const isNews = current === null || withoutNumbers(current) !== withoutNumbers(sentence);
      current = sentence;
      if (isNews) log.warn({ error, ...fields }, words.failed);
    },
    over: (fields = {}) => {
      if (current !== null) log.info(fields, words.over);
      current = null;
    },
    sentence: () => current,
  };
}

/** Milliseconds and counts differ from one failure to the next. */
const withoutNumbers = (sentence: string): string => sentence.replace(/\d+/g, '0');
