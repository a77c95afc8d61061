import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { startProgram } from '../e2e/stage/program.ts';
import { choose } from './choose.ts';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));
const ask = async (...args: string[]) => {
  const program = startProgram('chaos', args, {}, main);
  const { code } = await program.exited;
  return { code, said: program.output() };
};

test.each([
  [['--only', 'nonsense'], /no part "nonsense"; there is one-process, fuzz, soak, .*, edge/],
  [['--only', ''], /no part ""/],
  [['--only', 'one-process', '--rows', 'kills,nonsense'], /no row "nonsense"; there is points, kills, .*, all/],
])('%j is refused before anything is played, with what there is', async (args, words) => {
  const { code, said } = await ask(...args);
  expect(said).toMatch(words);
  expect(said).not.toContain('required');
  expect(code).toBe(2);
});

test('what is there is chosen in the order in which it is there, once', () => {
  expect(choose('part', 'c,a,c', ['a', 'b', 'c'])).toEqual({ chosen: ['a', 'c'] });
  expect(choose('part', undefined, ['a', 'b'])).toEqual({ chosen: ['a', 'b'] });
  expect(choose('part', 'a,x,y', ['a', 'b'])).toEqual({ refused: 'no part "x", "y"; there is a, b' });
});
