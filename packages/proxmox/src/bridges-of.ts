/** Bridges and vnets that the network devices of a guest's configuration are on, each once, sorted. */
export function bridgesOf(config: Readonly<Record<string, string>>): string[] {
  const found = Object.entries(config).flatMap(([key, value]) =>
    /^net\d+$/.test(key) ? (/(?:^|,)bridge=([^,]+)/.exec(value)?.[1] ?? []) : [],
  );
  return [...new Set(found)].sort();
}
