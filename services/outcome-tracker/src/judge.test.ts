import { residentsOf } from '@evenkeel/model';
import { describe, expect, test } from 'vitest';
import { beginWatch, noSums } from './begin-watch.ts';
import { count } from './count.ts';
import { gainOf, judge, verdictOf } from './judge.ts';
import { completed, prices, sampleAt } from './testing/scenes.ts';
import { unmeasured } from './track.ts';

test('a move that was undone is not judged, whatever was seen of it', () => {
  const begun = beginWatch(completed());
  const load = { cpu: 0.5, mem: 0.5, assigned: 0.5 };
  const sums = { source: load, target: load };
  const so_far = { samples: 1, as_is: sums, stayed: sums, pressure: { source: 0, target: 0 } };
  const said = judge({ ...begun, so_far }, '5m', { at: begun.completed_at, prices });
  expect(said).toHaveProperty('verdict');
  const watched = unmeasured({ ...begun, so_far });
  expect(judge(watched, '5m', { at: watched.completed_at, closed_early: 'brought back', prices })).not.toHaveProperty(
    'verdict',
  );
  expect(Object.keys(watched.open)).toEqual(['5m', '1h', '24h']);
});

test('a way back counts as mandatory: it was not chosen for what it brings', () => {
  const data = completed();
  const back = { ...data, migration: { ...data.migration, parent_id: 'm-0' } };
  expect(beginWatch(data).mandatory).toBe(undefined);
  expect(beginWatch(back).mandatory).toBe(true);
});

test.each([true, undefined])('an outcome says whether its move was mandatory: %s', (mandatory) => {
  const watched = { ...beginWatch(completed()), ...(mandatory && { mandatory }) };
  expect(judge(watched, '5m', { at: watched.completed_at, prices }).mandatory).toBe(mandatory);
});

test.each(['distribution', undefined] as const)('an outcome says what its move was made for: %s', (purpose) => {
  const data = completed();
  const watched = beginWatch({ ...data, migration: { ...data.migration, ...(purpose && { purpose }) } });
  expect(judge(watched, '5m', { at: watched.completed_at, prices }).purpose).toBe(purpose);
});

describe('the CPU that was foretold of the target', () => {
  const next = { expected: 0.4, low: 0.3, high: 0.5 };
  const watch = (target_guests = residentsOf(sampleAt(0), 'n2')) => {
    const done = completed();
    done.migration.expected.cpu_in_an_hour = { source: next, target: next, target_guests };
    return beginWatch(done);
  };
  const seen = (watched: ReturnType<typeof watch>, ...seconds: number[]) =>
    seconds.reduce((w, s) => count(w, sampleAt(s, { n2: { cpu: 0.45 } })), watched);
  const told = (watched: ReturnType<typeof watch>, horizon: '5m' | '1h' | '24h') =>
    judge(watched, horizon, { at: watched.completed_at, prices }).target_cpu;

  test('is held against the mean of the same half hour', () => {
    expect(told(seen(watch(), 60, 2400, 3000), '1h')).toEqual({ predicted: next, actual: expect.closeTo(0.45) });
  });
  test('says nothing of other times', () => {
    const watched = seen(watch(), 60, 2400, 80_000);
    expect(told(watched, '5m')).toEqual({ actual: expect.closeTo(0.45) });
    expect(told(watched, '24h')).toEqual({ actual: expect.closeTo(0.45) });
  });
  test('says nothing once other guests run there than were counted on', () => {
    expect(told(seen(watch(1), 60, 2400), '1h')).toEqual({ actual: expect.closeTo(0.45) });
  });
});

test.each([
  ['what it promised', 10, 10, false, 'beneficial'],
  ['more than a tenth of it', 2.1, 20, false, 'beneficial'],
  ['a tenth of it', 2, 20, false, 'neutral'],
  ['a point', 1, 5, false, 'neutral'],
  ['more than a point', 1.1, 5, false, 'beneficial'],
  ['a point less than nothing', -1, 5, false, 'neutral'],
  ['more than a point less', -1.1, 5, false, 'harmful'],
  ['less, where it had to be', -5.9, -5, true, 'neutral'],
  ['less than was said, where it had to be', -6.1, -5, true, 'harmful'],
  ['less, where it had to be and was to bring something', -1.1, 5, true, 'harmful'],
  ['less, as was said, where it did not have to be', -5, -5, false, 'harmful'],
])('a move that brings %s', (_, gain, expected, mandatory, verdict) =>
  expect(verdictOf(gain, expected, mandatory)).toBe(verdict),
);

test('what a move brings are the points of both nodes, had it not been, less as it is', () => {
  const load = (cpu: number, assigned = 1) => ({ cpu, mem: 0, assigned });
  const sums = {
    ...noSums,
    samples: 2,
    stayed: { source: load(1.8, 2), target: load(0.4) },
    as_is: { source: load(1), target: load(1.2) },
  };
  const free = { ...prices, weight_spikes: 0 };
  expect(gainOf(sums, free)).toBeCloseTo(72.4 + 1.6 - 10 - 14.4, 6);
  expect(gainOf({ ...sums, stayed: { ...sums.stayed, source: load(1.8, 4) } }, free)).toBeGreaterThan(
    72.4 + 1.6 - 24.4,
  );
  expect(gainOf(noSums, prices)).toBeNull();
});

test('where a figure is beyond all numbers nothing is judged, and the outcome says so', () => {
  const load = { cpu: 0.5, mem: 0.5, assigned: 0.5 };
  const pair = { source: load, target: { ...load, pressure: 1e300 } };
  const so_far = { ...noSums, samples: 1, as_is: pair, stayed: pair };
  expect(gainOf(so_far, prices)).toBeNull();
  const said = judge({ ...beginWatch(completed()), so_far }, '5m', { at: completed().completed_at, prices });
  expect(said).not.toHaveProperty('verdict');
  expect(said.closed_early).toBe('what was measured of the two nodes is beyond all numbers');
});

describe('load that was not served', () => {
  const sums = (source: number, target: number, psi = 0) => {
    const [a, b] = [source, target].map((cpu) => ({ cpu: 2 * cpu, mem: 1, assigned: 1 })) as [object, object];
    const pair = { source: a, target: b } as typeof noSums.as_is;
    return { samples: 2, as_is: pair, stayed: pair, pressure: { source: 0, target: 2 * psi } };
  };
  const note = (...given: Parameters<typeof sums>) =>
    judge({ ...beginWatch(completed()), so_far: sums(...given) }, '5m', { at: completed().completed_at, prices }).note;
  test.each([
    ['none', 0.94, 0.5, 19, undefined],
    [
      'by CPU of the source',
      0.95,
      0.5,
      0,
      'n1 was saturated (CPU 95 %, pressure 0 %): load that was not served does not count',
    ],
    [
      'by pressure of the target',
      0.5,
      0.6,
      20,
      'n2 was saturated (CPU 60 %, pressure 20 %): load that was not served does not count',
    ],
    [
      'of both',
      1,
      1,
      50,
      'n1 was saturated (CPU 100 %, pressure 0 %), n2 was saturated (CPU 100 %, pressure 50 %): load that was not served does not count',
    ],
  ])('is named: %s', (_, source, target, psi, expected) => expect(note(source, target, psi)).toBe(expected));
});

test.each([
  ['nothing was seen', 0, undefined, 'the two nodes were not seen with the guest in place'],
  ['nothing was seen, and why', 0, 'it is gone', 'it is gone'],
  ['something was seen', 1, undefined, undefined],
])('an outcome says why it is closed early: %s', (_, samples, closed_early, expected) => {
  const load = { cpu: 0.5, mem: 0.5, assigned: 0.5 };
  const pair = { source: load, target: load };
  const watched = { ...beginWatch(completed()), so_far: { ...noSums, samples, as_is: pair, stayed: pair } };
  const said = judge(watched, '5m', { at: watched.completed_at, prices, ...(closed_early ? { closed_early } : {}) });
  expect(said.closed_early).toBe(expected);
  expect(said.target_cpu).toEqual(samples === 0 ? {} : { actual: 0.5 });
});
