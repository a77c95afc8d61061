import { createMemoryLedger } from '@evenkeel/bus';
import { failureStop, hours, iso, minutes } from '@evenkeel/model';
import { expect, it } from 'vitest';
import { fail } from './end.ts';
import { noteFailure, readFailure } from './last-failure.ts';
import { configOf, createWorld, planned, t0 } from './testing/index.ts';

const failed = (migration_id: string, at: number) => {
  const migration = { ...planned(101, 'n1', 'n2'), migration_id };
  return fail({ state: 'claimed', migration }, at, { fault: 'unknown', reason: 'r' });
};

it('a failure that was noted while a clock was ahead keeps no later one out, however often both are told', async () => {
  const world = createWorld({});
  const outside = { ledger: createMemoryLedger(), cluster: 'lab', proxmox: world.proxmox };
  world.clock.now = t0 + hours(1);
  await noteFailure(failed('ahead', world.clock.now), outside);
  world.clock.now = t0 + minutes(1);
  for (const one of [failed('later', world.clock.now), failed('ahead', t0 + hours(1))]) await noteFailure(one, outside);
  expect((await readFailure(outside))?.migration_id).toBe('later');
  const circumstances = {
    cluster: 'lab',
    now: world.clock.now,
    config: configOf({}, true),
    automation: { failure: { migration_id: 'ahead', at: iso(t0 + hours(1)), resumed: true } },
  };
  expect(failureStop(await readFailure(outside), circumstances)).toContain('stopped until');
});
