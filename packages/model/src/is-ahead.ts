import { millis, minutes } from './time.ts';

/** Milliseconds by which the clocks that take part in a migration may differ. */
export const clockTolerance = minutes(2);

/** Whether a time is so far ahead of now that a clock was wrong when it was written: what it tells of order is not to be believed. */
export const isAhead = (at: string, now: number): boolean => millis(at) - now > clockTolerance;
