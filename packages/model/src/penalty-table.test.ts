import { Config } from '@evenkeel/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chanceAbove0 } from './chance.ts';
import { nodePenalty } from './penalty.ts';
import { cpuCurveFormula, excessFormula, penaltyTable } from './penalty-table.ts';

const prices = Config.parse({}).penalty_config;
const code = (formula: string) =>
  formula
    .replaceAll('·', '*')
    .replaceAll('−', '-')
    .replaceAll('²', '**2')
    .replaceAll('⁴', '**4')
    .replaceAll('⁶', '**6');
const evaluate = (formula: string, names: Record<string, unknown>): number =>
  new Function(...Object.keys(names), `return ${code(formula)}`)(...Object.values(names));
const normal = {
  φ: (z: number) => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI),
  Φ: (z: number) => chanceAbove0(z, 1),
};
const excess = (m: number, s: number) =>
  s < 1e-9 ? Math.max(0, m) : evaluate(excessFormula.split(' = ')[1]!, { m, s, ...normal });
const curve = (u: number, s: number) => evaluate(cpuCurveFormula.split(' = ')[1]!, { u, s, E: excess });

test('every part is described, in their order', () => {
  expect(penaltyTable.map(({ part }) => part)).toEqual(
    nodePenalty({ cpu: 0, mem: 0 }, prices).parts.map((p) => p.part),
  );
});

test.each(penaltyTable)('$part: its examples cost what its formula says', ({ of, formula, examples, part }) => {
  expect(of).toMatch(/^`[a-z]+`: ./);
  expect(examples.length).toBeGreaterThan(1);
  for (const example of examples) {
    const load = { cpu: 0, mem: 0, iowait: 0, pressure: 0, spikes: 0, rise_per_hour: 0, assigned: 0, ...example };
    const said = evaluate(formula, { ...load, ...prices, rise: load.rise_per_hour, C: curve });
    expect(said).toBeGreaterThan(0.1);
    expect(nodePenalty(load, prices).parts.find((p) => p.part === part)?.points).toBeCloseTo(said, 2);
  }
});

test('law: what a formula says is what is computed', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const load = fc.record({
    cpu: share,
    mem: share,
    iowait: share,
    pressure: fc.double({ min: 0, max: 100, noNaN: true }),
    spikes: share,
    rise_per_hour: share,
    assigned: fc.double({ min: 1, max: 3, noNaN: true }),
  });
  const price = fc.double({ min: 0, max: 5, noNaN: true });
  fc.assert(
    fc.property(load, fc.record({ weight_cpu: price, weight_trend: price, weight_spikes: price }), (given, some) => {
      const paid = { ...prices, ...some };
      const names = { ...given, ...paid, rise: given.rise_per_hour, C: curve };
      const { parts } = nodePenalty(given, paid);
      penaltyTable.forEach(({ formula }, i) => {
        expect(evaluate(formula, names)).toBeCloseTo(parts[i]!.points, 2);
      });
    }),
  );
});
