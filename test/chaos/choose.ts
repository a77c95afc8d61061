type Choice = { chosen: string[] } | { refused: string };

/** Those of what there is that a list with commas names, all without one; a name that there is not refuses the whole list. */
export function choose(what: string, asked: string | undefined, all: readonly string[]): Choice {
  const names = asked?.split(',') ?? all;
  const unknown = names.filter((name) => !all.includes(name));
  if (unknown.length === 0) return { chosen: all.filter((name) => names.includes(name)) };
  return { refused: `no ${what} ${unknown.map((name) => `"${name}"`).join(', ')}; there is ${all.join(', ')}` };
}
