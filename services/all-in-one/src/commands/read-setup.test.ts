import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSettings } from '@evenkeel/runtime';
import { expect, test } from 'vitest';
import { checkReach, readEnvironment, readOutline, readOwnConfig, withEnvironment } from './read-setup.ts';

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

test.each([
  ['nothing is wrong', {}, '', []],
  ['a character of the file is wrong', {}, 'mode: [auto\n', ['the configuration FILE has problems:']],
  ['the file is not there', {}, null, ['cannot read FILE: ENOENT']],
  [
    'variables are wrong',
    { EVENKEEL_MODE: 'fly', EVENKEEL_PVE_HOSTS: 'https://p1/' },
    '',
    ['the environment has 2 problem(s):'],
  ],
])('it is known where NATS is, and what else is wrong is noted: %s', async (_, wrong, text, expected) => {
  const dir = await mkdtemp(join(tmpdir(), 'evenkeel-outline-'));
  const file = join(dir, 'evenkeel.yaml');
  if (text !== null) await writeFile(file, text);
  const notes: string[] = [];
  const env = { EVENKEEL_NATS_URL: 'nats://n:4222', EVENKEEL_PVE_CLUSTER: 'lab', ...wrong };
  const { settings, config } = readOutline(env, file, (note) => notes.push(note));
  await rm(dir, { recursive: true });
  expect(settings).toMatchObject({ nats_url: 'nats://n:4222', kill_switch_file: join(dir, 'kill-switch') });
  expect(settings.pve.cluster).toBe('lab');
  expect(notes.map((note) => note.split('\n')[0])).toEqual(expected.map((line) => line.replace('FILE', file)));
  expect(config === null).toBe(notes.some((note) => note.includes(file)));
});

test('where it is not known where NATS is, that is a problem', () => {
  const env = { EVENKEEL_NATS_URL: 'http://n', EVENKEEL_MODE: 'fly' };
  expect(() => readOutline(env, undefined, () => {})).toThrow('EVENKEEL_NATS_URL: must be');
});
