const pattern = /starting migration of (?:VM|CT) \d+ to node '([^']+)'/;

/** Where a migration goes, from its log; undefined where the log does not say (yet). */
export function targetIn(lines: readonly string[]): string | undefined {
  const line = lines.find((text) => pattern.test(text));
  return line && pattern.exec(line)?.[1];
}
