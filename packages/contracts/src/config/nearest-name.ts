/** Edits (insert, remove, replace, swap neighbours) that turn one word into the other. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const steps = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + same);
      next.push(swapped ? Math.min(steps, before[j - 2]! + 1) : steps);
    }
    before = row;
    row = next;
  }
  return row[b.length]!;
}

/** The known name that was probably meant, or undefined where none is near; the first of equals. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  if (name.length > 100) return undefined;
  const plain = (text: string) => text.toLowerCase().replaceAll('-', '_');
  const limit = Math.max(1, Math.floor(name.length / 3));
  const near = known.map((k) => ({ k, d: distance(plain(name), plain(k)) })).filter(({ d }) => d <= limit);
  return near.reduce<{ k: string; d: number } | undefined>((best, n) => (best && best.d <= n.d ? best : n), undefined)
    ?.k;
}
