/** Epoch milliseconds of an RFC 3339 time. */
export const millis = (time: string): number => Date.parse(time);

/** RFC 3339 in UTC. */
export const iso = (ms: number): string => new Date(ms).toISOString();

export const minutes = (n: number): number => n * 60_000;
export const hours = (n: number): number => n * 3_600_000;

/** Age from which on no migration may rest on a sample any more. */
export const oldestSample = minutes(10);
