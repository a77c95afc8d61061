/** What was recommended in the run before is preferred to what is worth up to so many times as much. */
export const steadfast = 1.25;
