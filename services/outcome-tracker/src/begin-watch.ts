import type { DataOf, LoadSums, migrationCompleted, WatchedMigration } from '@evenkeel/contracts';
import { millis } from '@evenkeel/model';

const zero = { cpu: 0, mem: 0, assigned: 0 };

export const noSums: LoadSums = {
  samples: 0,
  as_is: { source: zero, target: zero },
  stayed: { source: zero, target: zero },
  pressure: { source: 0, target: 0 },
};

/** What is remembered of a completed migration until its last outcome: what was promised, and room for what comes. */
export function beginWatch(data: DataOf<typeof migrationCompleted>): WatchedMigration {
  const { migration, started_at, completed_at, transfer } = data;
  const { expected } = migration;
  const wall = Math.max(0, millis(completed_at) - millis(started_at)) / 1000;
  const downtime = transfer?.downtime_seconds;
  return {
    migration_id: migration.migration_id,
    cluster: migration.cluster,
    guest: migration.guest,
    vmid: migration.vmid,
    name: migration.name,
    identity: migration.identity,
    source_node: migration.source_node,
    target_node: migration.target_node,
    completed_at,
    confidence_score: migration.confidence_score,
    expected_gain: expected.improvement,
    ...(expected.cpu_in_an_hour ? { cpu_in_an_hour: expected.cpu_in_an_hour } : {}),
    duration_seconds: { predicted: expected.duration_seconds, actual: transfer?.duration_seconds ?? wall },
    downtime_seconds: { predicted: expected.downtime_seconds, ...(downtime === undefined ? {} : { actual: downtime }) },
    ...(transfer ? { transfer } : {}),
    ...(migration.mandatory || migration.parent_id || migration.exchange ? { mandatory: true } : {}),
    ...(migration.purpose ? { purpose: migration.purpose } : {}),
    open: { '5m': noSums, '1h': noSums, '24h': noSums },
    so_far: noSums,
  };
}
