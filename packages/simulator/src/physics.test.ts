import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beginCourse, type Course, shareLinks, stepCourse, untilNext } from './physics.ts';
import { MIB } from './units.ts';

/** Runs a course at a constant rate; the notes say when they came. */
const run = (begin: Course, rate: number) => {
  const seen: string[] = [];
  let course = begin;
  for (let steps = 0; course.phase !== 'over'; steps++) {
    if (steps > 200_000) throw new Error('it does not end');
    const result = stepCourse(course, untilNext(course, rate), rate);
    course = result.course;
    for (const note of result.notes)
      if (note.kind === 'entered') seen.push(`${course.elapsed.toFixed(2)} ${note.phase}`);
      else if (note.kind === 'downtime_doubled') seen.push(`${course.elapsed.toFixed(2)} ${note.seconds} s allowed`);
  }
  return { course, seen };
};

const live = (memory: number, dirty: number, working_set: number, more: Partial<Course> = {}) =>
  beginCourse({
    kind: 'live',
    disks: 0,
    memory: memory * MIB,
    dirty: dirty * MIB,
    working_set: working_set * MIB,
    start_s: 5,
    finish_s: 2,
    resume_s: 0.03,
    downtime_limit: 0.1,
    ...more,
  });

describe('a live migration, worked out by hand', () => {
  it('sends 1000 MiB in 10 s, the 100 MiB dirtied meanwhile in 1 s, and stops for the last 10 MiB', () => {
    const { course, seen } = run(live(1000, 10, 500), 100 * MIB);
    expect(seen).toEqual(['5.00 memory', '16.00 switch', '16.13 finish', '18.13 over']);
    expect(course.downtime).toBeCloseTo(0.13, 6);
    expect(course.sent / MIB).toBeCloseTo(1110, 3);
    expect(course.round).toBe(2);
  });

  it('never has more dirty than the working set, and doubles the stop after six looks without progress', () => {
    const { course, seen } = run(live(1000, 200, 50), 100 * MIB);
    expect(seen).toEqual([
      '5.00 memory',
      '21.00 0.2 s allowed',
      '27.00 0.4 s allowed',
      '33.00 0.8 s allowed',
      '33.00 switch',
      '33.53 finish',
      '35.53 over',
    ]);
    expect(course.downtime).toBeCloseTo(0.53, 6);
  });

  it('sends an idle guest once and stops for what resuming costs', () => {
    const { course } = run(live(400, 0, 0), 100 * MIB);
    expect(course.elapsed).toBeCloseTo(5 + 4 + 0.03 + 2, 6);
    expect(course.downtime).toBeCloseTo(0.03, 6);
  });

  it('copies local disks first', () => {
    const { seen } = run(live(100, 0, 0, { disks: 700 * MIB }), 100 * MIB);
    expect(seen).toEqual(['5.00 disks', '12.00 memory', '13.00 switch', '13.03 finish', '15.03 over']);
  });

  it('stops at last even where the guest writes all that it has', () => {
    const { course } = run(live(800, 1e6, 800), 100 * MIB);
    expect(course.downtime_limit).toBeGreaterThanOrEqual(8);
    expect(course.downtime).toBeCloseTo(8.03, 3);
  });
});

it('restarts a container: it stands still from stop to start, its local volumes between', () => {
  const begin = beginCourse({
    kind: 'restart',
    disks: 300 * MIB,
    memory: 0,
    dirty: 0,
    working_set: 0,
    stop_s: 6,
    boot_s: 3,
    finish_s: 1,
  });
  const { course, seen } = run(begin, 100 * MIB);
  expect(seen).toEqual(['0.00 stop', '6.00 disks', '9.00 boot', '12.00 finish', '13.00 over']);
  expect(course.downtime).toBeCloseTo(12, 6);
});

it('moves a stopped guest without a stop', () => {
  const { course, seen } = run(
    beginCourse({ kind: 'offline', disks: 0, memory: 0, dirty: 0, working_set: 0, start_s: 1, finish_s: 1 }),
    1,
  );
  expect(seen).toEqual(['1.00 finish', '2.00 over']);
  expect(course.downtime).toBe(0);
});

describe('links', () => {
  const stream = (source: string, target: string, limit = Number.POSITIVE_INFINITY) => ({ source, target, limit });
  it.each([
    ['alone it has the link', [stream('a', 'b')], [100]],
    ['two from one node halve its link', [stream('a', 'b'), stream('a', 'd')], [50, 50]],
    ['what comes in counts, too', [stream('a', 'b'), stream('d', 'a')], [50, 50]],
    ['what one cannot use the other gets', [stream('a', 'b'), stream('a', 'c')], [90, 10]],
    ['the slower end decides', [stream('a', 'c')], [10]],
    ['a limit holds', [stream('a', 'b', 30)], [30]],
    ['strangers do not disturb each other', [stream('a', 'b'), stream('c', 'd')], [100, 10]],
  ])('%s', (_, streams, rates) => {
    expect(shareLinks(streams, (node) => (node === 'c' ? 10 : 100))).toEqual(rates);
  });

  it('no node sends and receives more than its link', () => {
    const name = fc.constantFrom('a', 'b', 'c', 'd');
    const streams = fc.array(
      fc
        .record({ source: name, target: name, limit: fc.double({ min: 1, max: 500, noNaN: true }) })
        .filter((s) => s.source !== s.target),
    );
    fc.assert(
      fc.property(streams, (given) => {
        const rates = shareLinks(given, () => 100);
        for (const node of ['a', 'b', 'c', 'd']) {
          const sum = given.reduce(
            (total, s, i) => (s.source === node || s.target === node ? total + (rates[i] as number) : total),
            0,
          );
          expect(sum).toBeLessThanOrEqual(100 + 1e-6);
        }
      }),
    );
  });
});

it('takes at least memory ÷ rate, sends at least the memory, and stops no longer than is allowed at the end', () => {
  const mib = (min: number, max: number) => fc.double({ min, max, noNaN: true });
  fc.assert(
    fc.property(mib(1, 16_000), mib(0, 2000), mib(0, 4000), mib(10, 2000), (memory, dirty, working_set, rate) => {
      const { course } = run(live(memory, dirty, working_set, { start_s: 0, finish_s: 0 }), rate * MIB);
      expect(course.elapsed).toBeGreaterThanOrEqual(memory / rate - 1e-3);
      expect(course.sent).toBeGreaterThanOrEqual(memory * MIB - 2);
      expect(course.downtime).toBeLessThanOrEqual(course.downtime_limit + 0.03 + 1e-6);
    }),
    { numRuns: 60 },
  );
});
