/** Hours of the week as 42 hexadecimal digits, four hours each, the first of them its lowest bit: hour 0 is Monday 00:00. */
export function encodeWeekHours(has: (weekHour: number) => boolean): string {
  return Array.from({ length: 42 }, (_, digit) => {
    const bits = [0, 1, 2, 3].map((bit) => (has(4 * digit + bit) ? 1 << bit : 0));
    return bits.reduce<number>((sum, bit) => sum + bit, 0).toString(16);
  }).join('');
}

/** Whether an hour of the week, 0 to 167, is among them. */
export const isWeekHour = (hours: string, weekHour: number): boolean =>
  ((Number.parseInt(hours[weekHour >> 2] ?? '0', 16) >> (weekHour & 3)) & 1) === 1;

/** How many there are. */
export const countWeekHours = (hours: string): number =>
  Array.from({ length: 168 }, (_, hour) => hour).filter((hour) => isWeekHour(hours, hour)).length;
