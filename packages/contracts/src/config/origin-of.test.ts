import { expect, test } from 'vitest';
import { apiOf, originOf } from './origin-of.ts';

test.each([
  [['pve1', 'PVE1', 'pve1.', 'pve1:8006', 'Pve1.:8006'], 'pve1:8006'],
  [['fd00::1', '[FD00::1]', 'fd00:0:0::1', '[fd00::1]:8006'], '[fd00::1]:8006'],
  [['10.0.0.1', '10.0.0.1:8006'], '10.0.0.1:8006'],
  [['pve1:443'], 'pve1'],
  [['pve1:8007'], 'pve1:8007'],
  [['pve1:99999'], 'pve1:99999'],
])('%j are %s', (hosts, api) => {
  expect(hosts.map(apiOf)).toEqual(hosts.map(() => api));
});

test.each([
  ['pve1', 'https://pve1:8006'],
  ['pve1:443', 'https://pve1:443'],
  ['10.0.0.1', 'https://10.0.0.1:8006'],
  ['fd00::1', 'https://[fd00::1]:8006'],
  ['[fd00::1]', 'https://[fd00::1]:8006'],
  ['[fd00::1]:8443', 'https://[fd00::1]:8443'],
])('%s means %s', (host, origin) => {
  expect(originOf(host)).toBe(origin);
  expect(new URL(origin).protocol).toBe('https:');
});
