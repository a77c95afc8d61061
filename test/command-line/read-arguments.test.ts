import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { understand } from './read-arguments.ts';

describe('a command line', () => {
  const options = {
    json: { type: 'boolean', default: false },
    cases: { type: 'string' },
    only: { type: 'string' },
  } as const;
  const read = (...args: string[]) =>
    understand(args, options, { numbers: ['cases'], lists: { only: ['a', 'b'] }, words: ['left', 'right'] });

  test('is read with its defaults', () => {
    expect(read('left', '--cases', '20', '--only=a,b')).toEqual({
      values: { json: false, cases: '20', only: 'a,b' },
      words: ['left'],
    });
  });
  test.each([['--help'], ['-h'], ['left', '--help', '--wrong']])('asks for help: %s %s', (...args) => {
    expect(read(...args)).toBe('help');
  });
  test.each<[string[], string]>([
    [['--wrong'], "Unknown option '--wrong'."],
    [['--cases'], "Option '--cases <value>' argument missing."],
    [['--cases', 'many'], '--cases "many" is no number from 0 on.'],
    [['--cases', ''], '--cases "" is no number from 0 on.'],
    [['--only', 'a,c'], '--only knows no c, only a, b.'],
    [['up', 'left'], 'There is no up, only left, right.'],
  ])('says in a sentence what is wrong with %j', (args, wrong) => {
    expect(read(...args)).toEqual({ wrong });
  });
});

describe('by hand', () => {
  const run = (tool: string, ...args: string[]) => {
    const main = resolve(import.meta.dirname, `../${tool}/main.ts`);
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' });
    return { status, stdout, stderr };
  };
  test.each([
    ['measures', 'measure'],
    ['bench', 'bench'],
    ['mutation', 'mutate'],
    ['chaos', 'chaos'],
    ['defects', 'defects'],
  ])('%s says how it is used, and what it does not know', (tool, script) => {
    const usage = expect.stringContaining(`npm run ${script} -- [`);
    expect(run(tool, '--help')).toEqual({ status: 0, stdout: usage, stderr: '' });
    const wrong = run(tool, '--wrong');
    expect(wrong).toEqual({ status: 2, stdout: '', stderr: usage });
    expect(wrong.stderr).toMatch(/^Unknown option '--wrong'\.\n\n/);
  });
});
