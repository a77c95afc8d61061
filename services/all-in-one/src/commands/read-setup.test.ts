import { readSettings } from '@evenkeel/runtime';
import { expect, test } from 'vitest';
import { withEnvironment } from './read-setup.ts';

const settings = (env: Record<string, string>) => {
  const read = readSettings(env, () => '');
  if (!read.ok) throw new Error(read.problems.join());
  return read.settings;
};
const file = {
  mode: 'auto',
  clusters: [
    { name: 'a', hosts: ['a1'] },
    { name: 'b', hosts: ['b1'] },
  ],
};

test.each([
  ['nothing', {}, file],
  ['variables that are empty', { EVENKEEL_MODE: '', EVENKEEL_DRY_RUN: '', EVENKEEL_PVE_HOSTS: '' }, file],
  ['a mode', { EVENKEEL_MODE: 'observe' }, { ...file, mode: 'observe' }],
  ['a dry run', { EVENKEEL_DRY_RUN: 'false' }, { ...file, automated_migrations: { dry_run: false } }],
  [
    'a cluster',
    { EVENKEEL_PVE_HOSTS: 'p1,p2', EVENKEEL_PVE_READ_TOKEN_FILE: '/t' },
    { ...file, clusters: [{ name: 'homelab', hosts: ['p1', 'p2'], fingerprints: [] }] },
  ],
])('%s in the environment, over what the file says', (_, env, expected) => {
  expect(withEnvironment(file, settings(env))).toEqual(expected);
});
