import { expect, it } from 'vitest';
import { fuzzAnswers } from './fuzz-answers.ts';
import { fuzzEvents } from './fuzz-events.ts';

it('no answer of Proxmox, however garbled, is more than an error or becomes a number that nobody can reckon with', async () => {
  const { broken, refused, answers } = await fuzzAnswers(1, 3_000);
  expect(broken.slice(0, 5)).toEqual([]);
  expect(answers).toBe(3_000);
  expect(refused).toBeGreaterThan(300);
});

it('no event, however garbled, is more than a dead letter, and the good ones between them are handled', {
  timeout: 300_000,
}, async () => {
  const { broken, events, laid_aside, good } = await fuzzEvents(1, 400);
  expect(broken.slice(0, 5)).toEqual([]);
  expect(events).toBe(400);
  expect(laid_aside).toBeGreaterThan(150);
  expect(good).toBeGreaterThan(40);
});
