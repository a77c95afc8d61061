import { z } from 'zod';
import type { HistoryRow } from '../port.ts';
import { num, readRows, requiredNum } from './values.ts';

const percent = () => num(100);
const row = z
  .object({
    time: requiredNum(32_503_680_000),
    cpu: num(64),
    maxcpu: num(65_536),
    mem: num(),
    memused: num(),
    maxmem: num(),
    memtotal: num(),
    iowait: num(64),
    pressurecpusome: percent(),
    pressureiosome: percent(),
    pressureiofull: percent(),
    pressurememorysome: percent(),
    pressurememoryfull: percent(),
  })
  .transform(
    (r): HistoryRow => ({
      time: Math.floor(r.time),
      cpu: r.cpu,
      maxcpu: r.maxcpu,
      mem: r.mem ?? r.memused,
      maxmem: r.maxmem ?? r.memtotal,
      iowait: r.iowait,
      pressure_cpu_some: r.pressurecpusome,
      pressure_io_some: r.pressureiosome,
      pressure_io_full: r.pressureiofull,
      pressure_memory_some: r.pressurememorysome,
      pressure_memory_full: r.pressurememoryfull,
    }),
  );

/** Buckets in order of time, one a start; undefined where it is no list. */
export function decodeHistory(data: unknown): { rows: HistoryRow[]; dropped: unknown[] } | undefined {
  const read = readRows(row, data);
  if (!read) return undefined;
  const byTime = new Map(read.rows.map((r) => [r.time, r]));
  return { rows: [...byTime.values()].sort((a, b) => a.time - b.time), dropped: read.dropped };
}
