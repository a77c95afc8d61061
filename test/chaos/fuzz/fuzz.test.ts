import { expect, it } from 'vitest';
import { fuzzAnswers } from './fuzz-answers.ts';

it('no answer of Proxmox, however garbled, is more than an error or becomes a number that nobody can reckon with', async () => {
  const { broken, refused, answers } = await fuzzAnswers(1, 3_000);
  expect(broken.slice(0, 5)).toEqual([]);
  expect(answers).toBe(3_000);
  expect(refused).toBeGreaterThan(300);
});
