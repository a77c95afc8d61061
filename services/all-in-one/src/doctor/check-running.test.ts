import { Config } from '@evenkeel/contracts';
import { expect, test } from 'vitest';
import { services } from '../services.ts';
import { judgeRunning } from './check-running.ts';

const config = Config.parse({});
const executor = { service: 'executor', streams: ['decisions' as const] };
const everyone = services
  .filter(({ handlers }) => handlers.size > 0)
  .map(({ name }) => ({ service: name, streams: ['decisions' as const] }));

test.each([
  ['all is well', { not_running: [], sample_age_ms: 30_000 }, ['ok: all run, and samples come']],
  [
    'no executor',
    { not_running: [executor], sample_age_ms: 30_000 },
    ['problem: executor does not run here: nothing takes decisions'],
  ],
  [
    'no collector',
    { not_running: [], sample_age_ms: 20 * 60_000 },
    [
      'problem: the last sample is 20 min old: the collector does not run, or does not reach Proxmox; nothing moves on one older than 10 min',
    ],
  ],
  ['nothing runs, which may be meant', { not_running: everyone, sample_age_ms: null }, ['warning: none runs here']],
])('%s', (_, found, said) => {
  expect(judgeRunning('lab', found, config).map(({ level, found }) => `${level}: ${found}`)).toEqual(said);
});
