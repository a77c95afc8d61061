export type Path = (string | number)[];
/** What two or more options say against each other: where it is said, and the sentence. */
export type Clash = { reads: Path[]; path: Path; sentence: string; found: unknown };

/** What stands at a path of anything, or undefined. */
export const at = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>((v, key) => (v === null || typeof v !== 'object' ? undefined : Reflect.get(v, key)), value);

/** The list at a path of anything; empty where none is. */
export const listAt = (value: unknown, path: Path): unknown[] => {
  const found = at(value, path);
  return Array.isArray(found) ? found : [];
};
