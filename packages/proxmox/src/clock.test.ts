import { expect, it } from 'vitest';
import { createClusterClock } from './clock.ts';

const start = Date.parse('2026-01-01T00:00:00Z');
const clockAt = () => {
  const time = { machine: 5_000, monotonic: 100 };
  const clock = createClusterClock({ now: () => time.machine, monotonic: () => time.monotonic });
  return { time, clock };
};

it('is the machine clock until a simulator answers', () => {
  const { clock, time } = clockAt();
  clock.observe({ date: 'Thu, 01 Jan 2026 00:00:00 GMT' });
  clock.observe({ 'x-simulator-time': 'soon' });
  expect(clock.read()).toEqual({ now: 5_000, scale: 1 });
  time.machine = 4_000;
  expect(clock.read().now).toBe(4_000);
});

it('runs on at the speed of the simulator, and does not step back for an answer that came late', () => {
  const { clock, time } = clockAt();
  clock.observe({ 'x-simulator-time': String(start), 'x-simulator-speed': '300' });
  time.monotonic += 1_000;
  expect(clock.read()).toEqual({ now: start + 300_000, scale: 300, own: true });
  clock.observe({ 'x-simulator-time': String(start + 299_000), 'x-simulator-speed': '300' });
  expect(clock.read().now).toBe(start + 300_000);
  time.monotonic += 10;
  expect(clock.read().now).toBe(start + 302_000);
});

it('follows a simulation that starts anew or stands still', () => {
  const { clock, time } = clockAt();
  clock.observe({ 'x-simulator-time': String(start + 9e9) });
  clock.read();
  clock.observe({ 'x-simulator-time': String(start), 'x-simulator-speed': '0' });
  time.monotonic += 60_000;
  expect(clock.read()).toEqual({ now: start, scale: 0, own: true });
});
