export type Level = 'ok' | 'warning' | 'problem';

/** What a check found: whether it is well, what was seen, and what to do where it is not. */
export type Finding = { about: string; check: string; level: Level; found: string; advice?: string };

/** Findings about one thing, such as NATS or a cluster. */
export const findingsAbout = (about: string) => ({
  ok: (check: string, found: string): Finding => ({ about, check, level: 'ok', found }),
  warning: (check: string, found: string, advice: string): Finding => ({
    about,
    check,
    level: 'warning',
    found,
    advice,
  }),
  problem: (check: string, found: string, advice: string): Finding => ({
    about,
    check,
    level: 'problem',
    found,
    advice,
  }),
});

export type About = ReturnType<typeof findingsAbout>;

const longest = 900;

/** The same, fit to be shown: text from outside without what does not print, and no secret even where somebody echoed one. */
export function presentable(finding: Finding, secrets: readonly string[]): Finding {
  const clean = (text: string): string => {
    const told = secrets.filter((secret) => secret.length > 3).reduce((t, s) => t.replaceAll(s, '[secret]'), text);
    const line = told.replace(/[\p{Cc}\p{Cf}]/gu, '·');
    return line.length > longest ? `${line.slice(0, longest)}…` : line;
  };
  const { about, check, level, found, advice } = finding;
  return {
    about: clean(about),
    check: clean(check),
    level,
    found: clean(found),
    ...(advice === undefined ? {} : { advice: clean(advice) }),
  };
}
