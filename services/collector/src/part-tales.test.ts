import fc from 'fast-check';
import { expect, it } from 'vitest';
import { partTale } from './part-tales.ts';
import type { NodeTale } from './tell-past.ts';

const history = (points: number) =>
  Array.from({ length: points }, (_, i): [number, number, number, number] => [
    1_800_000_000 + i * 300,
    300,
    0.1234,
    2_147_483_648,
  ]);

it('parts keep everything in order, are numbered from 1, and none is too large', () => {
  const law = fc.property(
    fc.array(fc.integer({ min: 0, max: 700 }), { maxLength: 60 }),
    fc.nat({ max: 700 }),
    (sizes, own) => {
      const guests = sizes.map((points, i) => ({ guest: `qemu/${i + 1}`, identity: 'x', history: history(points) }));
      const tale: NodeTale = { node: 'n1', node_history: history(own), guests, migrations: [] };
      const parts = partTale(tale);
      expect(parts.map(({ part }) => part)).toEqual(parts.map((_, i) => i + 1));
      expect(parts.flatMap((part) => part.guests)).toEqual(guests);
      expect(parts.flatMap((part) => part.node_history)).toEqual(tale.node_history);
      expect(Math.max(...parts.map((part) => JSON.stringify(part).length))).toBeLessThan(400 * 1024);
    },
  );
  fc.assert(law, { numRuns: 20 });
});
