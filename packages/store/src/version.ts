/** How far a scope has come, as `7/…`: its commits, and its epoch, which is the id of the first; of before there were epochs, or of nothing yet, it has none. */
export type Version = string;

/** Of a scope that nothing is known of. */
export const noVersion: Version = '0/';

export const versionOf = (commits: number | string, epoch: string): Version => `${commits}/${epoch}`;

/** Whether a store at this version knows all that it knew at that one: of another epoch it has forgotten, however far it came since. */
export function stillKnows(version: Version, seen: Version): boolean {
  return epochOf(version) === epochOf(seen) && Number.parseInt(version, 10) >= Number.parseInt(seen, 10);
}

const epochOf = (version: Version): string => version.slice(version.indexOf('/'));
