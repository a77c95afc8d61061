import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = async (name: string): Promise<string> =>
  (await promisify(execFile)(process.execPath, [resolve(import.meta.dirname, `${name}.ts`)])).stdout;

test('the general example prints what is advised, and the older call', async () => {
  const text = await run('scaling');
  expect(text).toMatch(/qemu\/101 web-1 on pve1[\s\S]*cpu: scale_up, 0\.85 → 1\.00/);
  expect(text).toMatch(/lxc\/102 archive on pve2[\s\S]*cpu: scale_down, 0\.06 → 0\.10[\s\S]*1 vCPU instead of 8 vCPUs/);
  expect(text).toMatch(/"action": "scale_up",\n {2}"resource": "cpu",\n {2}"current": 0\.7,\n {2}"target": 1,/);
});

test('the example of a migration prints the decision and its plan', async () => {
  const text = await run('migration');
  expect(text).toMatch(/cpu: migrate to pve[23], 0\.85 → 0\.74/);
  expect(text).toContain('plan (live_migration)');
  expect(text).toContain('"migration_plan": {');
  expect(text).toContain('"migration_details": {');
});
