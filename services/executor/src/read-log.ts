import { type MigrationLog, parseMigrationLog } from '@evenkeel/proxmox';

/** What the log of a migration says so far; `step` is the last line that says something. */
export type LogSummary = MigrationLog & { step: string; warnings: string[] };

/** Texts of Proxmox are passed on up to so many characters, warnings up to so many lines. */
const longest = 300;
const most = 10;

export function readLog(raw: string[]): LogSummary {
  const lines = raw
    .map((line) => line.replace(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d /, '').trim())
    .map((line) => line.slice(0, longest))
    .filter((line) => line !== '' && line !== 'no content' && !line.startsWith('TASK '));
  const warnings = lines.filter((line) => /^WARN(ING)?: /.test(line)).slice(0, most);
  return { ...parseMigrationLog(raw), step: lines.at(-1) ?? 'waiting', warnings };
}
