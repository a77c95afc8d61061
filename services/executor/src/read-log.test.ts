import { expect, it } from 'vitest';
import { readLog } from './read-log.ts';

const lines = [
  "2026-03-01 12:00:00 starting migration of VM 101 to node 'n2' (10.1.1.2)",
  'WARN: a line of a plugin',
  '',
  '2026-03-01 12:00:09 migration active, transferred 1.0 GiB of 4.0 GiB VM-state, 399.1 MiB/s',
];

it('says how far a migration is', () => {
  expect(readLog(lines)).toEqual({
    ok: false,
    target: 'n2',
    step: 'migration active, transferred 1.0 GiB of 4.0 GiB VM-state, 399.1 MiB/s',
    progress: { transferred_bytes: 2 ** 30, total_bytes: 4 * 2 ** 30 },
    warnings: ['WARN: a line of a plugin'],
  });
});
it('says what a finished one took', () => {
  const end = [
    '2026-03-01 12:00:18 average migration speed: 457.0 MiB/s - downtime 73 ms',
    '2026-03-01 12:00:18 migration finished successfully (duration 00:00:18)',
    'TASK OK',
  ];
  expect(readLog([...lines, ...end])).toMatchObject({ transfer: { duration_seconds: 18, downtime_seconds: 0.073 } });
});
it('says nothing of an empty log, and never too much', () => {
  expect(readLog(['no content'])).toEqual({ ok: false, step: 'waiting', warnings: [] });
  expect(readLog(['x'.repeat(1000)]).step).toHaveLength(300);
});
