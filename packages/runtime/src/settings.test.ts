import { expect, test } from 'vitest';
import { readSettings } from './settings.ts';

const noFiles = (): never => {
  throw new Error('no file');
};

test.each([
  ['EVENKEEL_NATS_URL', 'nats://a:4222,tls://user:hunter22@b', true],
  ['EVENKEEL_NATS_URL', 'nats://user:hunter22@[bad', false],
  ['EVENKEEL_NATS_URL', 'http://user:hunter22@a', false],
  ['EVENKEEL_REDIS_URL', 'redis://:hunter22@a:6379/2', true],
  ['EVENKEEL_REDIS_URL', 'redis://:hunter22@a:port', false],
])('%s %s: %s, and nobody hears its password', (name, url, ok) => {
  const read = readSettings({ [name]: url }, noFiles);
  expect(read.ok).toBe(ok);
  if (!read.ok) {
    expect(read.problems).toEqual([expect.stringContaining(`${name}: must be memory: or start with`)]);
    expect(read.problems.join()).not.toContain('hunter22');
  }
});

test.each(['EVENKEEL_NATS_PASSWORD', 'EVENKEEL_REDIS_PASSWORD'])(
  'a password by mistake in %s_FILE is not shown',
  (name) => {
    const read = readSettings({ [`${name}_FILE`]: 'hunter22' }, (path) => {
      throw Object.assign(new Error(`no such file: ${path}`), { code: 'ENOENT' });
    });
    expect(read).toEqual({ ok: false, problems: [`${name}_FILE: the file that it names cannot be read (ENOENT)`] });
  },
);
