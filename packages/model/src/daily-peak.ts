/** Highest less lowest hourly mean from which on a day counts as having a peak, fraction: less is noise to an administrator. */
export const leastDailySpread = 0.15;
