const units: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** Epoch milliseconds of `7d`, `12h`, `30m`, `2w` before `now`, or of a date or time; undefined where it is none of these. */
export function sinceOf(text: string, now: number): number | undefined {
  const ago = /^(\d+(?:\.\d+)?)([mhdw])$/.exec(text);
  if (ago) return now - Number(ago[1]) * units[ago[2]!]!;
  if (!/^\d{4}-\d{2}-\d{2}/.test(text)) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}
