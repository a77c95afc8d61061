import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };

const run = promisify(execFile);

/** Runs the script with an installer that says one line and ends as it is told. */
async function setUp(exit: number) {
  const dir = await mkdtemp(join(tmpdir(), 'evenkeel-setup-'));
  try {
    await writeFile(join(dir, 'npx'), `#!/bin/sh\necho noise\nexit ${exit}\n`);
    await chmod(join(dir, 'npx'), 0o755);
    const env = { PATH: `${dir}:${process.env.PATH}` };
    const ended = run('sh', ['-c', manifest.scripts.setup], { cwd: dir, env });
    return await ended.then(
      (said) => ({ ...said, code: 0 }),
      ({ stdout, stderr, code }) => ({ stdout, stderr, code }),
    );
  } finally {
    await rm(dir, { recursive: true });
  }
}

test('what the installer says is not taken for events of the demo, and its failure is one', async () => {
  const good = await setUp(0);
  expect(good).toMatchObject({ stdout: '', code: 0 });
  expect(good.stderr).toContain('noise');
  expect(await setUp(3)).toMatchObject({ stdout: '', code: 3 });
});
