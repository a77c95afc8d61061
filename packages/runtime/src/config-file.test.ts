import { formatProblems } from '@evenkeel/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseConfigText } from './config-file.ts';

const told = (text: string): string[] => {
  const parsed = parseConfigText(text);
  return parsed.ok ? [] : formatProblems(parsed.problems).split('\n').slice(1);
};

test.each([
  ['nothing', '', 'observe'],
  ['comments alone', '# later\n', 'observe'],
  ['YAML', 'mode: auto\n', 'auto'],
  ['JSON with tabs', '{\n\t"mode": "recommend",\n\t"clusters": []\n}\n', 'recommend'],
  ['an anchor', 'mode: approve\nnodes:\n  a: &big\n    speed_factor: 2\n  b: *big\n', 'approve'],
])('%s is read', (_, text, mode) => {
  const parsed = parseConfigText(text);
  expect(parsed).toMatchObject({ ok: true, config: { mode } });
});

test('each problem has its line, in the order of the file', () => {
  const text = [
    'collection:',
    '  backfill: maybe',
    'clusters:',
    '  - name: home',
    '    hosts: [pve1, "pve 2"]',
    '  - name: home',
    'mode: go',
    'cooldown_minutes: 5',
  ].join('\n');
  expect(told(text)).toEqual([
    expect.stringContaining('line 2: collection.backfill is "maybe"'),
    expect.stringContaining('line 5: clusters[0].hosts[1] is "pve 2"'),
    expect.stringContaining('line 6: clusters[1].hosts is missing'),
    expect.stringContaining('line 6: clusters[1].name is "home"'),
    expect.stringContaining('line 7: mode is "go"'),
    expect.stringContaining('line 8: unknown option cooldown_minutes; did you mean automated_migrations.rules.'),
  ]);
});

test('what stands there by default is told where its section is', () => {
  const text =
    'mode: observe\nintelligent_migrations:\n  enabled: true\n  observation_periods: 10\nautomated_migrations:\n  check_interval_minutes: 30\n';
  expect(told(text)).toEqual([
    expect.stringContaining('line 2: intelligent_migrations.observation_window_hours is 1 by'),
  ]);
});

test.each([
  ['a key that stands twice', 'mode: auto\nmode: observe\n', 'line 2: not YAML or JSON at column 1: duplicate key'],
  ['a broken text', 'mode: "auto\n', 'not YAML or JSON at column'],
  ['an alias of nothing', 'nodes:\n  a: *b\n', 'its aliases'],
  ['a text that is far too long', `# ${'x'.repeat(1_000_001)}`, 'more than 1000000 characters'],
  ['aliases that would explode', bomb(), 'its aliases'],
])('%s is refused', (_, text, sentence) => {
  expect(told(text).join('\n')).toContain(sentence);
});

function bomb(): string {
  const rows = Array.from({ length: 8 }, (_, i) => `n${i + 1}: &n${i + 1} [${Array(9).fill(`*n${i}`).join(', ')}]`);
  return ['n0: &n0 [x, x]', ...rows].join('\n');
}

test('a secret in a broken file is not shown', () => {
  const secret = '12345678-90ab-cdef-1234-567890abcdef';
  expect(told(`api_key: "${secret}\nmode: [${secret}`).join('\n')).not.toContain(secret);
});

test('whatever the text, it answers', () => {
  const piece = fc.constantFrom(
    'mode',
    ': ',
    '\n',
    '- ',
    '{',
    '}',
    '[',
    ']',
    '"',
    '&a ',
    '*a',
    '  ',
    '!!set',
    '? ',
    '1',
    '#',
    ', ',
    '|',
    '%',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const parsed = parseConfigText(pieces.join(''));
      expect(parsed.ok || parsed.problems.length > 0).toBe(true);
    }),
    { numRuns: 300 },
  );
});
