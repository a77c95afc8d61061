import { expect, test } from 'vitest';
import { type Automation, inForce, pauseSentence, readAutomation, untouched } from './automation.ts';
import { Config } from './config/index.ts';

const at = '2026-07-15T12:00:00.000Z';
const who = { since: at, by: 'anna@desk' };
const config = Config.parse({ mode: 'auto', automated_migrations: { maintenance_nodes: ['pve9'] } });

test('where nobody has asked for anything, the configuration holds as it is', () => {
  expect(inForce(config, untouched)).toBe(config);
  expect(readAutomation(undefined)).toBe(untouched);
  expect(pauseSentence(untouched)).toBeNull();
});

test('a mode and drained nodes lie over the configuration, and nothing else changes', () => {
  const asked: Automation = {
    ...untouched,
    mode: { mode: 'observe', ...who },
    drained: { pve1: { ...who, reason: '' }, pve9: { ...who, reason: '' } },
  };
  expect(readAutomation(JSON.parse(JSON.stringify(asked)))).toEqual(asked);
  expect(inForce(config, asked)).toEqual({
    ...config,
    mode: 'observe',
    automated_migrations: { ...config.automated_migrations, maintenance_nodes: ['pve9', 'pve1'] },
  });
});

test.each([
  ['of another version', { revision: 'x' }],
  ['no object', 7],
  ['a pause that says nothing', { ...untouched, pause: {} }],
])('what cannot be read counts as a pause: %s', (_, value) => {
  expect(pauseSentence(readAutomation(value))).toMatch(/^paused by evenkeel since .*cannot be read by this version/);
});
