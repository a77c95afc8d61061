/** Tags as Proxmox writes them: split on `;` (and on `,` and blanks, which it also accepts), lower case, sorted, once each. */
export function splitTags(tags: readonly string[]): string[] {
  const words = tags.flatMap((t) => t.split(/[;,\s]+/)).map((t) => t.toLowerCase());
  return [...new Set(words.filter((t) => t !== ''))].sort();
}

/** What stands after a prefix, where the tag has it and something stands there. */
export function after(prefix: string, tag: string): string | undefined {
  return tag.startsWith(prefix) && tag.length > prefix.length ? tag.slice(prefix.length) : undefined;
}

/** Whether a name or vmid is meant by a pattern, in which `*` stands for anything. */
export function matches(pattern: string, text: string): boolean {
  const parts = pattern.toLowerCase().split('*');
  const whole = text.toLowerCase();
  if (parts.length === 1) return parts[0] === whole;
  const [first, last] = [parts[0]!, parts.at(-1)!];
  if (!whole.startsWith(first) || !whole.endsWith(last) || whole.length < first.length + last.length) return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = whole.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= whole.length - last.length;
}
