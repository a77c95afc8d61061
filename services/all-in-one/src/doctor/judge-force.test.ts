import { type Automation, Config, untouched } from '@evenkeel/contracts';
import { expect, test } from 'vitest';
import { judgeForce, warnOfForce } from './judge-force.ts';

const since = '2026-01-01T00:00:00.000Z';
const now = Date.parse(since) + 60_000;
const who = { by: 'anna', since };
const clusters = ['lab', 'prod'].map((name) => ({
  name,
  hosts: [`${name}.example`],
  ca_file: '/ca',
  read_token_file: '/t',
}));
const file = Config.parse({ clusters });
const active = Config.parse({ clusters, automated_migrations: { dry_run: false } });
const judged = (lab: Partial<Automation>, config = active, at = now) =>
  judgeForce({ config, automations: { lab: { ...untouched, ...lab } } }, file, at)
    .filter(({ about }) => about === 'cluster lab')
    .map(({ level, check, found, advice }) => [level, check, found, ...(advice ? [advice] : [])]);
const failure = { migration_id: 'm1', at: since, resumed: false };

test.each<[string, Partial<Automation>, Config, string[][]]>([
  ['as the file says', {}, file, [['ok', 'mode in force', 'observe, dry_run: nothing moves']]],
  [
    'a mode by command',
    { mode: { mode: 'auto', ...who } },
    active,
    [['ok', 'mode in force', `auto (by anna since ${since}); the file says observe, dry_run: nothing moves`]],
  ],
  [
    'a pause',
    { pause: { ...who, reason: 'work' } },
    file,
    [
      [
        'warning',
        'pause',
        `paused by anna since ${since}: work: nothing more is begun`,
        'to go on: evenkeel resume lab',
      ],
    ],
  ],
  [
    'a drain',
    { drained: { pve1: { ...who, reason: '' } } },
    file,
    [['ok', 'drain of pve1', `drained by anna since ${since}; to end it: evenkeel undrain pve1 --cluster lab`]],
  ],
  [
    'a failure',
    { failure },
    file,
    [
      [
        'warning',
        'last failure',
        `migration m1 failed at ${since}: nothing more moves for an hour`,
        'to go on at once: evenkeel resume lab',
      ],
    ],
  ],
  [
    'a failure after which somebody resumed',
    { failure: { ...failure, resumed: true } },
    file,
    [['ok', 'last failure', `migration m1 failed at ${since}; somebody has resumed since`]],
  ],
])('tells %s', (_, automation, config, findings) => {
  expect(judged(automation, config)).toEqual(expect.arrayContaining(findings));
  expect(judged(automation, config)).toHaveLength('mode' in automation ? 1 : Object.keys(automation).length + 1);
});

test('a failure stops nothing any more after an hour', () => {
  expect(judged({ failure }, file, now + 3_600_000).map(([level]) => level)).toEqual(['ok', 'ok']);
});

test('warns of the modes in force, not of that of the file, and says where they differ', () => {
  const auto: Automation = { ...untouched, mode: { mode: 'auto', ...who } };
  const said = (automations: Record<string, Automation>) =>
    warnOfForce(file, { config: active, automations }, () => true).filter((text) => /mode is|write_token/.test(text));
  expect(warnOfForce(file, null, () => true).join()).toContain('mode is observe');
  expect(said({ lab: auto, prod: auto }).map((text) => text.slice(0, 12))).toEqual(['cluster lab ', 'cluster prod']);
  expect(said({ lab: auto })).toEqual([
    expect.stringMatching(/^lab: cluster lab has no write_token_file/),
    expect.stringMatching(/^prod: mode is observe/),
  ]);
});
