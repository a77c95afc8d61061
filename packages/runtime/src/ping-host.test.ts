import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pingHost } from './ping-host.ts';

const to = { host: '127.0.0.1', timeout_ms: 500 };
const answer = await pingHost(to);

test.skipIf(typeof answer === 'object')(
  'this machine answers itself, and of a host that nobody knows it cannot tell',
  async () => {
    expect(answer).toBe(true);
    expect(await pingHost({ ...to, host: 'nobody.invalid' })).toEqual({ unable: expect.any(String) });
  },
);

describe('the command', () => {
  let dir = '';
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'evenkeel-ping-'));
  });
  afterAll(() => rm(dir, { recursive: true }));

  /** A stand-in that does so. */
  async function commandThat(script: string): Promise<string> {
    const path = join(dir, `ping-${Math.random().toString(36).slice(2)}`);
    await writeFile(path, `#!/bin/sh\n${script}\n`);
    await chmod(path, 0o755);
    return path;
  }

  test.each<[string, string, Awaited<ReturnType<typeof pingHost>>]>([
    ['that was answered', 'exit 0', true],
    ['that was not answered', 'exit 1', false],
    [
      'that knows no such host (iputils)',
      'echo "ping: nobody: Name or service not known" >&2; exit 2',
      { unable: 'the command ping could not ask (ping: nobody: Name or service not known)' },
    ],
    [
      'that knows no such host (busybox)',
      'echo "ping: bad address nobody" >&2; exit 1',
      { unable: 'the command ping could not ask (ping: bad address nobody)' },
    ],
    ['that is used wrongly', 'exit 2', { unable: 'the command ping could not ask (2)' }],
    [
      'that may not (iputils)',
      'echo "ping: socket: Operation not permitted" >&2; exit 2',
      { unable: 'the command ping may not send here' },
    ],
    [
      'that may not (busybox)',
      'echo "ping: permission denied (are you root?)" >&2; exit 1',
      { unable: 'the command ping may not send here' },
    ],
    ['that hangs', 'exec sleep 9', { unable: 'the command ping did not end' }],
  ])('%s', async (_, script, expected) => expect(await pingHost(to, await commandThat(script))).toEqual(expected));

  test('that is not there, or may not be run', async () => {
    expect(await pingHost(to, join(dir, 'none'))).toEqual({ unable: 'there is no command ping' });
    const plain = join(dir, 'plain');
    await writeFile(plain, '');
    expect(await pingHost(to, plain)).toEqual({ unable: 'the command ping may not send here' });
  });

  test('gets the host as one word, never as an option or to a shell, and nothing of the environment', async () => {
    process.env.EVENKEEL_SECRET_OF_A_TEST = 'hunter2';
    const script = `[ "$*" = "-n -c 1 -W 1 -- -f;x" ] && [ $# = 7 ] && [ -z "$EVENKEEL_SECRET_OF_A_TEST" ]`;
    expect(await pingHost({ ...to, host: '-f;x' }, await commandThat(script))).toBe(true);
    delete process.env.EVENKEEL_SECRET_OF_A_TEST;
  });
});
