/** Values by guest, put together by the node that each guest is on. */
export function byNode<T>(
  guests: readonly { id: string; node: string }[],
  values: Readonly<Record<string, T>>,
): Record<string, Record<string, T>> {
  const groups: Record<string, Record<string, T>> = {};
  for (const { id, node } of guests) {
    const value = values[id];
    if (value === undefined) continue;
    groups[node] ??= {};
    groups[node][id] = value;
  }
  return groups;
}

/** The other way round: values by guest out of all nodes. */
export const byGuest = <T>(parts: Readonly<Record<string, Readonly<Record<string, T>>>>): Record<string, T> =>
  Object.assign({}, ...Object.values(parts));

/** The parts that must be written and those that must go, so that what is kept is what is wanted. */
export function partsToWrite<T>(
  kept: Readonly<Record<string, T>>,
  wanted: Readonly<Record<string, T>>,
): { set: [string, T][]; remove: string[] } {
  return {
    set: Object.entries(wanted).filter(([part, value]) => JSON.stringify(kept[part]) !== JSON.stringify(value)),
    remove: Object.keys(kept).filter((part) => !(part in wanted)),
  };
}
