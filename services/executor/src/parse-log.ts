import type { Transfer } from '@evenkeel/contracts';

export type Fault = 'guest' | 'path' | 'cluster' | 'unknown';
export type MigrationLog = {
  transfer?: Transfer;
  failure?: { reason: string; fault: Fault };
  progress?: { transferred_bytes: number; total_bytes: number };
};

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
const size = (value = '', unit = 'B') => Number(value) * 1024 ** Math.max(0, units.indexOf(unit));

/** What a reason points at; the first that fits. */
const faults: [RegExp, Fault][] = [
  [/quorum|cluster not ready/i, 'cluster'],
  [/interrupted by signal|unexpected status/i, 'unknown'],
  [/storage '[^']*' is not available|bridge|destination address|public key|ssh|tunnel|connection|no route/i, 'path'],
  [/exit code 255|no such cluster node|not enough|out of memory|cannot allocate/i, 'path'],
  [/local (disk|device|cdrom|mount|bind)|uses local|mapped devices|snapshot|linked clone|locked|replicat/i, 'guest'],
];

/** Reads the log of a migration's task; lines of other programs in between are passed over. */
export function parseMigrationLog(raw: readonly string[]): MigrationLog {
  const lines = raw.map((line) => line.replace(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d /, ''));
  const find = (pattern: RegExp) => pattern.exec(lines.findLast((line) => pattern.test(line)) ?? '');
  const moving = find(/transferred ([\d.]+) ([KMGT]?i?B) of ([\d.]+) ([KMGT]?i?B) VM-state/);
  const took = find(/\(duration (\d+):(\d\d):(\d\d)\)/);
  const down = find(/downtime (\d+) ms/);
  const error = lines.find((line) => /^(TASK )?ERROR: /.test(line));
  const reason = error?.replace(/^(TASK )?ERROR: (migration aborted \(duration [\d:]+\): )?/, '');
  const transfer = took && {
    duration_seconds: Number(took[1]) * 3600 + Number(took[2]) * 60 + Number(took[3]),
    ...(down ? { downtime_seconds: Number(down[1]) / 1000 } : {}),
  };
  return {
    ...(moving
      ? { progress: { transferred_bytes: size(moving[1], moving[2]), total_bytes: size(moving[3], moving[4]) } }
      : {}),
    ...(reason ? { failure: { reason, fault: faults.find(([says]) => says.test(reason))?.[1] ?? 'unknown' } } : {}),
    ...(transfer && !reason ? { transfer } : {}),
  };
}
