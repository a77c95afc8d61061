import { readSettings } from '@evenkeel/runtime';
import { expect, test } from 'vitest';
import { checkReach, readEnvironment, readOwnConfig, withEnvironment } from './read-setup.ts';

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

const token = 'evenkeel@pve!read=00000000-0000-4000-8000-000000000000';
const host = { EVENKEEL_PVE_HOSTS: 'p1' };

test.each([
  [
    'a CA file that is not there',
    { ...host, EVENKEEL_PVE_READ_TOKEN: token, EVENKEEL_PVE_CA_FILE: '/nope' },
    'EVENKEEL_PVE_CA_FILE: cannot read /nope (ENOENT)',
  ],
  [
    'a token file that is not there',
    { ...host, EVENKEEL_PVE_READ_TOKEN_FILE: '/nope' },
    'EVENKEEL_PVE_READ_TOKEN_FILE: the file that it names cannot be read (ENOENT)',
  ],
  ['no token', host, 'cluster homelab has no read token: set its read_token_file, or EVENKEEL_PVE_READ_TOKEN'],
  [
    'a token that is none',
    { ...host, EVENKEEL_PVE_READ_TOKEN: 'geheim' },
    'EVENKEEL_PVE_READ_TOKEN: not a token as USER@REALM!TOKENID=UUID',
  ],
  [
    'a fingerprint that is none',
    { ...host, EVENKEEL_PVE_READ_TOKEN: token, EVENKEEL_PVE_FINGERPRINTS: 'AA:BB' },
    'EVENKEEL_PVE_FINGERPRINTS: "AA:BB"; allowed: a SHA-256 fingerprint, 32 bytes in hex with colons',
  ],
  [
    'a host that is none',
    { EVENKEEL_PVE_HOSTS: 'https://p1/', EVENKEEL_PVE_READ_TOKEN: token },
    'EVENKEEL_PVE_HOSTS: "https://p1/"; allowed: a host name or address',
  ],
])('%s is said by the name of its variable, and no secret with it', (_, env, sentence) => {
  const check = () => {
    const read = readEnvironment(env);
    checkReach(readOwnConfig(read), ['read'], read);
  };
  expect(check).toThrow(sentence);
  expect(check).toThrow(
    expect.objectContaining({ name: 'UsageError', message: expect.not.stringContaining('geheim') }),
  );
});

test('what this process does not use is not asked for', () => {
  const read = readEnvironment(host);
  checkReach(readOwnConfig(read), [], read);
  expect(() => readOwnConfig(readEnvironment({}))).toThrow('no cluster: set EVENKEEL_PVE_HOSTS');
});

test.each([
  ['the file of the command line', {}, '/a/evenkeel.yaml', '/a/kill-switch'],
  [
    'that, over the file of the environment',
    { EVENKEEL_CONFIG: '/b/evenkeel.yaml' },
    '/a/evenkeel.yaml',
    '/a/kill-switch',
  ],
  ['the file of the environment', { EVENKEEL_CONFIG: '/b/evenkeel.yaml' }, undefined, '/b/kill-switch'],
  ['no file', {}, undefined, '/etc/evenkeel/kill-switch'],
  ['another place that is told', { EVENKEEL_KILL_SWITCH_FILE: '/run/stop' }, '/a/evenkeel.yaml', '/run/stop'],
])('the kill switch lies beside %s', (_, env, config_file, kill_switch_file) => {
  expect(readEnvironment(env, config_file)).toMatchObject({ kill_switch_file });
});
