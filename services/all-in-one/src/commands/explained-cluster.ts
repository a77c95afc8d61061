/** The cluster to explain, and which there are: those of the configuration in force, and those configured here. */
export function explainedCluster(
  asked: string | undefined,
  configured: readonly string[],
  inForce: readonly string[],
  otherwise: string,
): { cluster: string; known: string[] } {
  const known = [...new Set([...inForce, ...configured])];
  return { cluster: asked ?? known[0] ?? otherwise, known };
}

/** What to say of a cluster of which nothing was decided; null where there is such a cluster. */
export function missingCluster(cluster: string, known: readonly string[]): string | null {
  if (known.includes(cluster)) return null;
  const there =
    known.length === 0 ? 'no cluster is configured' : `there ${known.length === 1 ? 'is' : 'are'} ${known.join(', ')}`;
  return `no cluster ${JSON.stringify(cluster)}; ${there}`;
}
