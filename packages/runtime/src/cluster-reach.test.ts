import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Config } from '@evenkeel/contracts';
import { afterAll, expect, test } from 'vitest';
import { reachOf } from './cluster-reach.ts';
import { readSettings } from './settings.ts';

const dir = mkdtempSync(join(tmpdir(), 'evenkeel-reach-'));
afterAll(() => rmSync(dir, { recursive: true }));
const fileWith = (name: string, text: string): string => {
  writeFileSync(join(dir, name), text);
  return join(dir, name);
};
const token = (secret: string) => `evenkeel@pve!lab=${secret}\n`;

const read = readSettings({}, () => '');
if (!read.ok) throw new Error(read.problems.join());
const { settings } = read;
const clusterOf = (more: object) => Config.parse({ clusters: [{ name: 'lab', hosts: ['a'], ...more }] }).clusters[0]!;

test('another host, another token in the same file, another authority: another way', () => {
  const read_token_file = fileWith('token', token('1'));
  const ca_file = fileWith('ca', 'one');
  const reach = (more = {}) => reachOf(clusterOf({ read_token_file, ca_file, ...more }), 'read', settings);
  const first = reach();
  expect(reach({ timezone: 'Europe/Vienna' })).toBe(first);
  expect(reach({ hosts: ['b'] })).not.toBe(first);
  writeFileSync(ca_file, 'two');
  const second = reach();
  expect(second).not.toBe(first);
  writeFileSync(read_token_file, token('2'));
  expect(reach()).not.toBe(second);
});

test('whoever has the write token needs no file of the read token', () => {
  const cluster = clusterOf({
    read_token_file: join(dir, 'elsewhere'),
    write_token_file: fileWith('write', token('3')),
  });
  expect(() => reachOf(cluster, 'write', settings)).not.toThrow();
  expect(() => reachOf(cluster, 'read', settings)).toThrow(
    'read_token_file of cluster lab: the file that it names cannot be read (ENOENT)',
  );
});

test.each([
  [
    'a token file with something else',
    { read_token_file: fileWith('other', 'geheim') },
    'read_token_file of cluster lab',
  ],
  ['no token', {}, 'cluster lab has no read token'],
])('%s is named, never quoted', (_name, more, sentence) => {
  expect(() => reachOf(clusterOf(more), 'read', settings)).toThrow(sentence);
  expect(() => reachOf(clusterOf(more), 'read', settings)).not.toThrow(/geheim/);
});

test('a token by mistake where the path of its file belongs is not shown', () => {
  const read_token_file = 'evenkeel@pve!read=1111-geheim';
  const pve = { ...settings.pve, cluster: 'lab', read_token_file };
  const reach = () => reachOf(clusterOf({}), 'read', { ...settings, pve });
  expect(reach).toThrow('EVENKEEL_PVE_READ_TOKEN_FILE: the file that it names cannot be read (ENOENT)');
  expect(reach).not.toThrow(/geheim/);
});
