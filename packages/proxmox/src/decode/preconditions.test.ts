import { expect, test } from 'vitest';
import { preconditionsAnswer } from './preconditions.ts';

test.each([
  ['PVE 9 that can', { 'has-dbus-vmstate': 1 }, true],
  ['PVE 9 that cannot', { 'has-dbus-vmstate': 0 }, undefined],
  ['PVE 8, which does not say', {}, undefined],
])('connections go along: %s', (_, said, conntrack) => {
  expect(preconditionsAnswer.parse({ running: 1, ...said }).conntrack).toBe(conntrack);
});
