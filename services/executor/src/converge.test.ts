import { expect, test } from 'vitest';
import { stalls } from './converge.ts';
import { readLog } from './read-log.ts';
import { configOf } from './testing/index.ts';

const log = readLog([
  '2026-03-01 12:01:00 migration active, transferred 12.0 GiB of 4.0 GiB VM-state, 100.0 MiB/s',
  '2026-03-01 12:01:02 auto-increased downtime to continue migration: 6400 ms',
]);

test.each([
  [{ max_pause_seconds: 5 }, /^it does not converge: it would pause the guest for up to 6\.4 s, 5 s at most; /],
  [{ max_pause_seconds: 8 }, null],
  [{ max_sent_factor: 2 }, /^it does not converge: 12 GiB of 4 GiB sent, 2 times at most$/],
  [{ max_sent_factor: 4 }, null],
])('a transfer of 12 GiB for 4 that may pause for 6.4 s, at %j', (migration_checks, words) => {
  const said = stalls(log, configOf({ migration_checks }));
  if (words) expect(said).toMatch(words);
  else expect(said).toBe(null);
});
