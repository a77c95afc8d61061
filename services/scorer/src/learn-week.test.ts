import { describe, expect, test } from 'vitest';
import { weeklyPattern } from './learn-week.ts';
import { monday as firstHour, hourly } from './testing/hourly.ts';

const daily = (h: number) => (h % 24 >= 9 && h % 24 < 12 ? 0.8 : 0.2);
const noise = (h: number) => 0.06 * Math.sin(h * 97.3) * Math.cos(h * 13.7);
const weekday = (h: number) => Math.floor(h / 24) % 7;
const office = (h: number) => (weekday(h) < 5 ? daily(h) : 0.2) + noise(h);
const mondays = (h: number) => (weekday(h) === 0 ? daily(h) : 0.2) + noise(h);
const twoWeeks = 14 * 24;
const [monday, tuesday, saturday] = [10, 34, 130];

describe('weekdays', () => {
  test.each<[string, (h: number) => number, number, object]>([
    ['a working day', office, monday, { weekday: 0, peak_hours: [9, 10, 11], in_peak: true }],
    ['the hour before', office, monday - 2, { weekday: 0, peak_hours: [9, 10, 11], in_peak: false }],
    ['a day off', office, saturday, { weekday: 5, peak_hours: [], in_peak: false }],
    ['the one day that is busy', mondays, monday, { weekday: 0, peak_hours: [9, 10, 11], in_peak: true }],
    ['a day that is not', mondays, tuesday, { weekday: 1, peak_hours: [], in_peak: false }],
  ])('%s', (_, cpu, weekHour, expected) => {
    expect(weeklyPattern(hourly(twoWeeks, cpu), 'UTC', weekHour)).toMatchObject({ ...expected, days: 14 });
  });

  test.each<[string, (h: number) => number, number]>([
    ['of not yet two weeks', office, 12 * 24],
    ['where every day is like the other', (h) => daily(h) + noise(h), twoWeeks],
    ['in nothing but noise', (h) => 0.4 + 3 * noise(h), twoWeeks],
    ['where nothing changes', () => 0.4, twoWeeks],
    ['of one busy day that did not come again', (h) => (h < 24 ? daily(h) : 0.2), twoWeeks],
    ['where the weeks are opposite', (h) => (h < 168 === weekday(h) < 3 ? 0.6 : 0.2) + noise(h), twoWeeks],
  ])('are not told apart %s', (_, cpu, hours) => {
    expect(weeklyPattern(hourly(hours, cpu), 'UTC', monday)).toBeUndefined();
  });

  test('need 150 hours that were seen in both weeks', () => {
    const seen = (n: number) =>
      weeklyPattern(
        hourly(twoWeeks, (h) => (h < 168 || h < 168 + n ? office(h) : undefined)),
        'UTC',
        monday,
      );
    expect(seen(149)).toBeUndefined();
    expect(seen(150)).toMatchObject({ peak_hours: [9, 10, 11], days: 13 });
  });

  test('count only what is high in each week', () => {
    const once = (h: number) => (h >= 168 && h < 192 && h % 24 === 15 ? 0.9 : office(h));
    expect(weeklyPattern(hourly(twoWeeks, once), 'UTC', monday)?.peak_hours).toEqual([9, 10, 11]);
    const unseen = (h: number) => (h % 168 === 10 ? undefined : office(h));
    expect(weeklyPattern(hourly(twoWeeks, unseen), 'UTC', monday)?.peak_hours).toEqual([9, 11]);
  });

  test('go by the one week that saw an hour where no other did', () => {
    const outage = (h: number) => (h >= 168 + 8 && h < 168 + 18 ? undefined : office(h));
    expect(weeklyPattern(hourly(twoWeeks, outage), 'UTC', monday)?.peak_hours).toEqual([9, 10, 11]);
    const since = (day: number, weekHour: number) =>
      weeklyPattern(
        hourly(13 * 24 + 6, (h) => office(h + 24 * day), firstHour + 24 * day),
        'UTC',
        weekHour,
      );
    expect(since(1, monday)).toMatchObject({ weekday: 0, peak_hours: [9, 10, 11], in_peak: true, days: 13 });
    expect(since(6, saturday)).toMatchObject({ weekday: 5, peak_hours: [] });
    const burst = (h: number) => (h === 15 ? 2 : outage(h));
    expect(weeklyPattern(hourly(twoWeeks, burst), 'UTC', tuesday)?.peak_hours).toEqual([9, 10, 11]);
  });

  test('that differ by less than a day would have to are no peaks, and what is lower than the highest by half is none', () => {
    const slight = (h: number) => 0.2 + (office(h) - 0.2) / 5;
    const pattern = weeklyPattern(hourly(twoWeeks, slight), 'UTC', monday)!;
    expect(pattern.peak_hours).toEqual([]);
    expect(pattern.spread).toBeGreaterThan(0.1);
    expect(pattern.spread).toBeLessThan(0.15);
    const two = (h: number) => (weekday(h) < 5 && h % 24 === 15 ? 0.4 : office(h));
    expect(weeklyPattern(hourly(twoWeeks, two), 'UTC', monday)?.peak_hours).toEqual([9, 10, 11]);
  });

  test('go by the clock of the cluster', () => {
    const history = hourly(twoWeeks, mondays);
    expect(weeklyPattern(history, 'Asia/Tokyo', 18)).toMatchObject({
      weekday: 0,
      peak_hours: [18, 19, 20],
      in_peak: true,
    });
    const begun = { ...history, first_hour: history.first_hour + 24 };
    expect(weeklyPattern(begun, 'UTC', tuesday)).toMatchObject({ weekday: 1, peak_hours: [9, 10, 11] });
  });

  test('go with the clock where it is changed', () => {
    const summer = Date.UTC(2026, 2, 23, 23) / 3_600_000 - 24;
    const shifted = (h: number) => mondays(h >= 6 * 24 + 2 ? h + 1 : h);
    expect(weeklyPattern(hourly(twoWeeks, shifted, summer), 'Europe/Paris', monday)?.peak_hours).toEqual([9, 10, 11]);
  });
});
