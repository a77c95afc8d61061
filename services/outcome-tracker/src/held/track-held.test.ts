import { Counterfactual, type HeldMove } from '@evenkeel/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { beginWatch } from '../begin-watch.ts';
import { surveyOf } from '../survey.ts';
import { aHeldMove } from '../testing/held-scenes.ts';
import { completed, prices, type Scene, sampleAt } from '../testing/scenes.ts';
import { track } from '../track.ts';
import { trackHeld } from './track-held.ts';

const hour = 3600;

/** The held move after looks at these seconds, with all that was judged. */
function watch(seconds: readonly number[], scene: (s: number) => Scene, begin = aHeldMove()) {
  let held: HeldMove | null = begin;
  const judged: Counterfactual[] = [];
  for (const s of seconds) {
    if (!held) break;
    const next = trackHeld(held, surveyOf(sampleAt(s, scene(s))), prices);
    held = next.held;
    judged.push(...next.judged);
  }
  return { held, judged };
}
const everyHalfMinute = Array.from({ length: 240 }, (_, i) => 30 * (i + 1));
const looks = [...everyHalfMinute, ...Array.from({ length: 46 }, (_, i) => 2 * hour + 1800 * (i + 1))];
const busy: Scene = { n1: { cpu: 0.2 }, n2: { cpu: 0.8 } };

describe('a move that was held back', () => {
  test('is judged three times, and is forgotten then', () => {
    const { held, judged } = watch(looks, () => busy);
    expect(judged.map((c) => [c.horizon, c.verdict, c.held_by.filter])).toEqual([
      ['5m', 'beneficial', 'confidence'],
      ['1h', 'beneficial', 'confidence'],
      ['24h', 'beneficial', 'confidence'],
    ]);
    for (const each of judged) expect(Counterfactual.parse(each)).toEqual(each);
    expect(held).toBeNull();
  });

  test('that would have done harm is said to', () => {
    const { judged } = watch(looks, () => ({ n1: { cpu: 0.8 }, n2: { cpu: 0.2 } }));
    expect(judged.map((c) => c.verdict)).toEqual(['harmful', 'harmful', 'harmful']);
    expect(judged[0]!.error).toBeCloseTo(judged[0]!.would_have_gained - 5);
  });

  test('is judged on few looks a window', () => {
    let held = aHeldMove();
    let counted = 0;
    for (const s of everyHalfMinute) {
      const next = trackHeld(held, surveyOf(sampleAt(s, busy)), prices).held!;
      if (next.counted_at !== held.counted_at) counted++;
      held = next;
    }
    expect(counted).toBeLessThanOrEqual(10 + 21);
  });

  test('that is made after all is left to its outcome', () => {
    const { held, judged } = watch([30, 60, 90], (s) => (s < 90 ? busy : { guest: { node: 'n1' } }));
    expect([held, judged]).toEqual([null, []]);
  });

  const ends: [string, Scene, RegExp][] = [
    ['goes elsewhere', { guest: { node: 'n3' } }, /^moved to n3$/],
    ['is gone', { guest: null }, /^qemu\/101 is gone$/],
    ['is stopped', { guest: { status: 'stopped' } }, /^qemu\/101 is stopped$/],
    ['is another', { guest: { identity: 'new' } }, /^qemu\/101 is another guest now$/],
  ];
  test.each(ends)('whose guest %s is judged once, by what was seen', (_, scene, reason) => {
    const { held, judged } = watch([30, 60, 400, 420], (s) => (s < 420 ? busy : scene));
    expect(held).toBeNull();
    expect(judged.map((c) => [c.horizon, c.closed_early])).toEqual([['5m', undefined]]);
    const early = watch([30, 60, 90], (s) => (s < 90 ? busy : scene)).judged;
    expect(early.map((c) => c.horizon)).toEqual(['5m']);
    expect(early[0]!.closed_early).toMatch(reason);
  });

  test('whose nodes cannot be seen is not judged by that', () => {
    const { held, judged } = watch([30, 300, 330], () => ({ ...busy, offline: 'n1' }));
    expect(judged).toEqual([]);
    expect(Object.keys(held!.open)).toEqual(['1h', '24h']);
  });

  test('is judged with the moves before it made, where its prediction takes them so', () => {
    const scene = { ...busy, vmids: [101, 102], cores: 8 };
    const alone = watch([300], () => scene).judged[0]!;
    const after = watch([300], () => scene, aHeldMove({ planned_after: [{ guest: 'qemu/102', target_node: 'n1' }] }));
    expect(after.judged[0]!.would_have_gained).toBeLessThan(alone.would_have_gained - 5);
  });
});

test('law: what a move would have brought is what it brings, whichever of the two nodes the guest is on', () => {
  const load = fc.double({ min: 0.15, max: 0.7, noNaN: true });
  fc.assert(
    fc.property(load, load, fc.double({ min: 0.1, max: 4, noNaN: true }), (a, b, cores) => {
      const share = cores / 32;
      const moved = beginWatch(completed());
      const real = track(moved, sampleAt(300, { n1: { cpu: a }, n2: { cpu: b + share }, cores }), prices).outcomes[0]!;
      const back = { ...aHeldMove(), source_node: 'n1', target_node: 'n2' };
      const before: Scene = {
        n1: { cpu: a + share, mem: 0.5 + 8 / 128 },
        n2: { cpu: b, mem: 0.5 - 8 / 128 },
        cores,
        guest: { node: 'n1' },
      };
      const would = trackHeld(back, surveyOf(sampleAt(300, before)), prices).judged[0]!;
      expect(would.would_have_gained).toBeCloseTo(real.actual_gain!, 6);
    }),
  );
});
