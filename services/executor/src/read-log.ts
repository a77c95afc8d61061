import type { Transfer } from '@evenkeel/contracts';

/** What the log of a migration says so far. */
export type LogSummary = {
  /** The last line that says something. */
  step: string;
  transferred_bytes?: number;
  total_bytes?: number;
  transfer?: Transfer;
  /** The first error, in Proxmox's words. */
  error?: string;
  warnings: string[];
};

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
const size = (value: string, unit: string) => Number(value) * 1024 ** Math.max(0, units.indexOf(unit));
const stamp = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d /;
const longest = 300;

const last = (lines: string[], pattern: RegExp) => {
  const line = lines.findLast((l) => pattern.test(l));
  return line ? pattern.exec(line) : null;
};
const first = (lines: string[], pattern: RegExp) => {
  const line = lines.find((l) => pattern.test(l));
  return line ? pattern.exec(line) : null;
};

function readTransfer(lines: string[], moved: number | undefined, total: number | undefined): Transfer | undefined {
  const took = last(lines, /\(duration (\d+):(\d\d):(\d\d)\)/);
  if (!took) return undefined;
  const down = last(lines, /downtime (\d+) ms/);
  const dirty = last(lines, /dirties lots of memory: ([\d.]+) ([KMGT]?i?B)\/s/);
  return {
    duration_seconds: Number(took[1]) * 3600 + Number(took[2]) * 60 + Number(took[3]),
    ...(down ? { downtime_seconds: Number(down[1]) / 1000 } : {}),
    ...(moved === undefined ? {} : { bytes: moved }),
    ...(total === undefined ? {} : { ram_bytes: total }),
    ...(dirty ? { dirty_bytes_per_second: size(dirty[1]!, dirty[2]!) } : {}),
  };
}

/** Reads the lines of a migration's task log; lines of other programs in between are passed over. */
export function readLog(raw: string[]): LogSummary {
  const lines = raw.map((l) => l.replace(stamp, '').trim().slice(0, longest)).filter((l) => l && l !== 'no content');
  const moving = last(lines, /transferred ([\d.]+) ([KMGT]?i?B) of ([\d.]+) ([KMGT]?i?B) VM-state/);
  const all = last(lines, /completed, transferred ([\d.]+) ([KMGT]?i?B) VM-state/);
  const moved = all ? size(all[1]!, all[2]!) : moving ? size(moving[1]!, moving[2]!) : undefined;
  const total = moving ? size(moving[3]!, moving[4]!) : undefined;
  const error =
    first(lines, /^ERROR: (?:migration aborted \(duration [\d:]+\): )?(?!migration finished)(.+)/) ??
    first(lines, /^TASK ERROR: (.+)/);
  const transfer = readTransfer(lines, moved, total);
  return {
    step: lines.findLast((l) => !l.startsWith('TASK ')) ?? 'waiting',
    ...(moved === undefined ? {} : { transferred_bytes: moved }),
    ...(total === undefined ? {} : { total_bytes: total }),
    ...(transfer ? { transfer } : {}),
    ...(error ? { error: error[1]! } : {}),
    warnings: lines.filter((l) => /^WARN(ING)?: /.test(l)).slice(0, 10),
  };
}
