import type { Transfer } from '@evenkeel/contracts';

export type Fault = 'guest' | 'path' | 'cluster' | 'unknown';
export type MigrationLog = {
  /** Present where the log says how long it took. */
  transfer?: Transfer;
  /** True only once the task says that it went well. */
  ok: boolean;
  /** Node that the guest goes to, once the log says so. */
  target?: string;
  failure?: { reason: string; fault: Fault };
  /** RAM and disks together, as far as they have been announced. */
  progress?: { transferred_bytes: number; total_bytes: number };
  /** The longest pause that Proxmox has allowed itself because the transfer got nowhere. */
  permitted_downtime_seconds?: number;
};

const units: Record<string, number> = { B: 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };
const size = String.raw`([\d.]+) ?([KMGT]?)(?:i?B)`;
const patterns = {
  line: /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) (.*)$/,
  ram: new RegExp(`^migration (?:active|device|completed), transferred ${size}(?: of ${size})?`),
  dirty: new RegExp(`VM dirties lots of memory: ${size}/s`),
  disk: new RegExp(`^([a-z-]+\\d+): transferred ${size} of ${size}`),
  target: /^starting migration of (?:VM|CT) \d+ to node '([^']+)'/,
  downtime: /- downtime (\d+) ms/,
  permitted: /^auto-increased downtime to continue migration: (\d+) ms/,
  duration: /\(duration (\d+):(\d\d):(\d\d)\)/,
  finished: /^migration finished successfully/,
  end: /^TASK (OK|WARNINGS: \d+|ERROR: (.*))$/,
  error: /^ERROR: (.*)$/,
  shutdown: /^shutdown CT /,
};

/** Tried in this order: whose fault it is decides whom a failure counts against. */
const faults: { fault: Fault; says: RegExp }[] = [
  { fault: 'cluster', says: /no quorum|cluster not ready|cfs-lock|pmxcfs|got lock request timeout/i },
  { fault: 'unknown', says: /interrupted by signal|received interrupt|unexpected status/i },
  {
    fault: 'path',
    says: /destination address|not available on node|exit code 255|no route|connection (refused|reset|timed out)|network is unreachable|host key|ssh|tunnel|bridge '|on remote node|missing mapped devices|no such cluster node|cannot allocate memory|not enough memory|out of memory|no space left/i,
  },
  {
    fault: 'guest',
    says: /(VM|CT) is locked|can't lock file|local (devices?|disk|cdrom|cd-rom|bind mount|mount point)|mapped devices|snapshot|linked clone|clone of|replicat|without --online|configuration file .* does not exist|lxc live migration|clipboard|can't migrate (running )?VM|can't get exclusive lock/i,
  },
];

const faultOf = (reason: string): Fault => faults.find(({ says }) => says.test(reason))?.fault ?? 'unknown';

const bytes = (amount: string | undefined, unit: string | undefined): number =>
  Number.parseFloat(amount ?? '') * (units[unit || 'B'] ?? 1) || 0;

type Reading = {
  ram: { done: number; total: number };
  disks: Map<string, { done: number; total: number }>;
  dirty: number[];
  downtime_ms?: number;
  permitted_ms?: number;
  duration_s?: number;
  shutdown_s?: number;
  last_s?: number;
  target?: string;
  errors: string[];
  finished: boolean;
  end?: string;
};

/** What a migration task wrote down, finished or not; lines of others in between are passed over. */
export function parseMigrationLog(lines: readonly string[]): MigrationLog {
  const reading: Reading = { ram: { done: 0, total: 0 }, disks: new Map(), dirty: [], errors: [], finished: false };
  for (const line of lines) readLine(reading, line);
  const ok = reading.end !== undefined && !reading.end.startsWith('ERROR');
  const transfer = transferOf(reading, ok);
  const failure = ok ? undefined : failureOf(reading);
  const progress = progressOf(reading);
  return {
    ok,
    ...(reading.target !== undefined && { target: reading.target }),
    ...(transfer && { transfer }),
    ...(failure && { failure }),
    ...(progress && { progress }),
    ...(reading.permitted_ms !== undefined && { permitted_downtime_seconds: reading.permitted_ms / 1000 }),
  };
}

function readLine(reading: Reading, line: string): void {
  const end = patterns.end.exec(line);
  if (end) {
    reading.end = end[1] as string;
    return;
  }
  const stamped = patterns.line.exec(line);
  if (!stamped) return;
  const seconds = Date.parse(`${stamped[1]}T${stamped[2]}Z`) / 1000;
  if (Number.isFinite(seconds)) reading.last_s = seconds;
  readText(reading, stamped[3] as string, reading.last_s);
}

function readText(reading: Reading, text: string, seconds: number | undefined): void {
  const ram = patterns.ram.exec(text);
  if (ram) {
    reading.ram.done = Math.max(reading.ram.done, bytes(ram[1], ram[2]));
    reading.ram.total = Math.max(reading.ram.total, bytes(ram[3], ram[4]));
  }
  const disk = patterns.disk.exec(text);
  if (disk) reading.disks.set(disk[1] as string, { done: bytes(disk[2], disk[3]), total: bytes(disk[4], disk[5]) });
  const dirty = patterns.dirty.exec(text);
  if (dirty) reading.dirty.push(bytes(dirty[1], dirty[2]));
  const target = patterns.target.exec(text);
  if (target) reading.target ??= target[1] as string;
  const downtime = patterns.downtime.exec(text);
  if (downtime) reading.downtime_ms = Number(downtime[1]);
  const permitted = patterns.permitted.exec(text);
  if (permitted) reading.permitted_ms = Math.max(reading.permitted_ms ?? 0, Number(permitted[1]));
  const duration = patterns.duration.exec(text);
  if (duration) reading.duration_s = Number(duration[1]) * 3600 + Number(duration[2]) * 60 + Number(duration[3]);
  const error = patterns.error.exec(text);
  if (error) reading.errors.push(error[1] as string);
  if (patterns.shutdown.test(text) && seconds !== undefined) reading.shutdown_s = seconds;
  if (patterns.finished.test(text)) reading.finished = true;
}

function transferOf(reading: Reading, ok: boolean): Transfer | undefined {
  if (!ok || !reading.finished || reading.duration_s === undefined) return undefined;
  const disks = [...reading.disks.values()].reduce((sum, { done }) => sum + done, 0);
  const moved = reading.ram.done + disks;
  const stopped =
    reading.shutdown_s !== undefined && reading.last_s !== undefined ? reading.last_s - reading.shutdown_s : undefined;
  const downtime = reading.downtime_ms !== undefined ? reading.downtime_ms / 1000 : stopped;
  const dirty = reading.dirty.reduce((sum, rate) => sum + rate, 0) / reading.dirty.length;
  return {
    duration_seconds: reading.duration_s,
    ...(downtime !== undefined && downtime >= 0 && { downtime_seconds: downtime }),
    ...(moved > 0 && { bytes: Math.round(moved) }),
    ...(reading.ram.total > 0 && { ram_bytes: Math.round(reading.ram.total) }),
    ...(reading.dirty.length > 0 && { dirty_bytes_per_second: Math.round(dirty) }),
  };
}

/** The first error says what went wrong; those after it are about cleaning up. */
function failureOf({ errors, end }: Reading): { reason: string; fault: Fault } | undefined {
  if (end === undefined && errors.length === 0) return undefined;
  const first = errors[0]?.replace(/^migration aborted \(duration [\d:]+\): /, '');
  const said = end?.replace(/^ERROR: /, '');
  const reason = (first ?? said ?? 'no reason given').slice(0, 400);
  const fault = faultOf(reason);
  return { reason, fault: fault === 'unknown' && said !== undefined ? faultOf(said) : fault };
}

function progressOf({ ram, disks }: Reading): { transferred_bytes: number; total_bytes: number } | undefined {
  const parts = [ram, ...disks.values()];
  const total = parts.reduce((sum, part) => sum + part.total, 0);
  if (total === 0) return undefined;
  const transferred = parts.reduce((sum, part) => sum + part.done, 0);
  return { transferred_bytes: Math.round(transferred), total_bytes: Math.round(total) };
}
