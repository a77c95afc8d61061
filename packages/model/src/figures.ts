const digits = 5;

/** A number with five significant digits; whole numbers, such as bytes, stay as they are. */
const figure = (value: number): number => (Number.isInteger(value) ? value : Number(value.toPrecision(digits)));

/** The same value with five significant digits in every number of it: what is told need not say more, and is paid by the byte. */
export function figures<T>(value: T): T {
  if (typeof value === 'number') return figure(value) as T;
  if (Array.isArray(value)) return value.map(figures) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, figures(part)])) as T;
}
