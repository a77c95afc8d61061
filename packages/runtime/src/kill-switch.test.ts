import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createKillSwitch } from './kill-switch.ts';
import { readSettings } from './settings.ts';

const dir = mkdtempSync(join(tmpdir(), 'evenkeel-kill-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const settingsOf = (env: Record<string, string>) => {
  const read = readSettings(env, () => '');
  if (!read.ok) throw new Error(read.problems.join());
  return read.settings;
};

test('the file switches at once, and its first line is the reason', () => {
  const kill_switch_file = join(dir, 'kill-switch');
  const killSwitch = createKillSwitch({ kill_switch: false, kill_switch_file });
  expect(killSwitch()).toBeNull();
  writeFileSync(kill_switch_file, '');
  expect(killSwitch()).toBe(`the kill switch is on (${kill_switch_file})`);
  writeFileSync(kill_switch_file, `disk\u0007 trouble ${'x'.repeat(500)}\nand more`);
  expect(killSwitch()).toMatch(/^the kill switch is on \(\S+: disk {2}trouble x{1,120}\)$/);
  rmSync(kill_switch_file);
  expect(killSwitch()).toBeNull();
});

test.each([
  ['EACCES', /counts as on: .*EACCES/],
  ['EISDIR', /counts as on: .*EISDIR/],
  ['EIO', /counts as on: .*EIO/],
])('a file that cannot be looked at (%s) counts as there', (code, says) => {
  const read = () => {
    throw Object.assign(new Error('no'), { code });
  };
  expect(createKillSwitch({ kill_switch: false, kill_switch_file: '/x' }, read)()).toMatch(says);
});

test.each([
  [{ EVENKEEL_KILL_SWITCH: 'on' }, true, '/etc/evenkeel/kill-switch'],
  [{ EVENKEEL_KILL_SWITCH: 'off' }, false, '/etc/evenkeel/kill-switch'],
  [{ EVENKEEL_CONFIG: '/config/evenkeel.yaml' }, false, '/config/kill-switch'],
  [{ EVENKEEL_CONFIG: '/config/evenkeel.yaml', EVENKEEL_KILL_SWITCH_FILE: '/run/stop' }, false, '/run/stop'],
] as const)('the environment %o', (env, on, file) => {
  expect(settingsOf(env)).toMatchObject({ kill_switch: on, kill_switch_file: file });
});

test.each(['true', '1', 'ON', 'yes', 'maybe', 'of'])('whoever sets the switch to %s wants it to stop', (value) => {
  expect(settingsOf({ EVENKEEL_KILL_SWITCH: value }).kill_switch).toBe(true);
});

test.each(['', ' ', 'off', 'OFF', '0', 'False', 'no'])('the switch is off where it says "%s"', (value) => {
  expect(settingsOf({ EVENKEEL_KILL_SWITCH: value }).kill_switch).toBe(false);
});
