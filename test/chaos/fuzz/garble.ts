import type { Draw } from '../one-process/draw.ts';

const nonsense: readonly unknown[] = [
  null,
  true,
  false,
  -1,
  0,
  1e308,
  -1e308,
  0.1,
  2 ** 53,
  '',
  ' ',
  'NaN',
  'Infinity',
  '-1',
  '1e999',
  '0x10',
  'no',
  '\u0000\u001b[31m',
  '../../etc',
  '<script>',
  'x'.repeat(5_000),
  [],
  [[]],
  [null],
  {},
  { '': '' },
  { constructor: 1, toString: null },
  JSON.parse('{"__proto__":{"status":"online"}}'),
];

type Place = { holder: Record<string, unknown> | unknown[]; key: string | number };

/** Every place of a value at which something else may stand. */
function placesOf(value: unknown, places: Place[] = []): Place[] {
  if (typeof value !== 'object' || value === null) return places;
  const holder = value as Place['holder'];
  const keys = Array.isArray(holder) ? holder.keys() : Object.keys(holder);
  for (const key of keys) {
    places.push({ holder, key });
    placesOf(Reflect.get(holder, key), places);
  }
  return places;
}

function spoil({ holder, key }: Place, draw: Draw, more: readonly unknown[]): void {
  const before: unknown = Reflect.get(holder, key);
  const put = (value: unknown): void => void Reflect.set(holder, key, value);
  const replace = (): void => put(structuredClone(draw.one([...nonsense, ...more])));
  draw.one([
    replace,
    replace,
    () => void Reflect.deleteProperty(holder, key),
    () => put(typeof before === 'object' ? [before] : String(before)),
    () => (Array.isArray(holder) ? void holder.splice(Number(key), draw.below(2), before, before) : replace()),
    () => (typeof before === 'number' ? put(before * draw.one([-1, 1e6, 1e-6, 1e300])) : replace()),
  ])();
}

/** A body of JSON in which something is not as it should be: a value or three, where nonsense or `more` may stand, or the text itself. */
export function garble(body: string, draw: Draw, more: readonly unknown[] = []): string {
  if (draw.below(10) === 0)
    return draw.one([
      '',
      'null',
      '[]',
      '<html><body>502 Bad Gateway</body></html>',
      body.slice(0, draw.below(body.length + 1)),
      `${body}${body}`,
      body.replaceAll('"', "'"),
    ]);
  const value: unknown = JSON.parse(body);
  for (let times = draw.from(1, 3); times > 0; times--) {
    const places = placesOf(value);
    if (places.length > 0) spoil(draw.one(places), draw, more);
  }
  return JSON.stringify(value) ?? '';
}
