import type { Load } from './guest-description.ts';
import { chance, noise } from './random.ts';
import { DAY, HOUR, MINUTE } from './units.ts';

/** The share of its vCPUs that a guest wants at a time (epoch ms): pure, so that any past or coming moment can be asked. */
export type LoadAt = (at: number) => number;

export type TraceTable = { interval_ms: number; rows: Map<string, Float32Array> };

type Circumstances = { key: number; origin: number; traces: Record<string, TraceTable> };

const clamp = (x: number): number => Math.min(1, Math.max(0, x));

/** Two octaves: what changes within minutes and what differs from one sample to the next. */
const jitter = (key: number, at: number): number =>
  0.6 * noise(key, at / (4 * MINUTE)) + 0.4 * noise(key ^ 0x55, at / 12_000);

const bursting = (load: Load & { kind: 'bursty' }, key: number, at: number): number => {
  const slot = load.burst_minutes * MINUTE;
  const x = at / slot + chance(key, 7);
  const cell = Math.floor(x);
  if (chance(key ^ 0xb0b, cell) >= load.probability) return 0;
  const edge = Math.min(1, (x - cell) * 8, (1 - (x - cell)) * 8);
  return edge * (0.7 + 0.3 * chance(key ^ 0xace, cell));
};

const cycle = (load: Load & { kind: 'cyclical' }, at: number): number => {
  const period = load.period_hours * HOUR;
  const wave = 0.5 + 0.5 * Math.cos((2 * Math.PI * (at - load.peak_hour * HOUR)) / period);
  const weekday = new Date(at).getUTCDay();
  const height = weekday === 0 || weekday === 6 ? load.weekend : 1;
  return load.level * (1 - load.amplitude + 2 * load.amplitude * wave * height);
};

/** Makes a load askable. `origin` is where growth begins; a trace repeats when it is used up. */
export const compileLoad = (load: Load, { key, origin, traces }: Circumstances): LoadAt => {
  switch (load.kind) {
    case 'constant':
      return () => load.level;
    case 'steady':
      return (at) => clamp(load.level * (1 + load.noise * jitter(key, at)));
    case 'bursty':
      return (at) => {
        const height = bursting(load, key, at);
        return clamp((load.level + (load.peak - load.level) * height) * (1 + load.noise * jitter(key, at)));
      };
    case 'growing':
      return (at) => {
        const grown = load.level * Math.max(0, 1 + (load.growth_per_day * (at - origin)) / DAY);
        return clamp(Math.min(load.max, grown) * (1 + load.noise * jitter(key, at)));
      };
    case 'cyclical':
      return (at) => clamp(cycle(load, at) * (1 + load.noise * jitter(key, at)));
    case 'trace':
      return traceLoad(load, origin, traces);
  }
};

const traceLoad = (load: Load & { kind: 'trace' }, origin: number, traces: Record<string, TraceTable>): LoadAt => {
  const table = traces[load.trace];
  const row = table?.rows.get(load.row) ?? table?.rows.get(`${load.row}/cpu`);
  if (!table || !row) throw new Error(`trace ${load.trace} has no row ${load.row}`);
  return (at) => clamp(load.scale * rowAt(row, (at - origin + load.shift_minutes * MINUTE) / table.interval_ms));
};

/** The value of a row at a step; before its beginning and after its end it repeats. */
export const rowAt = (row: Float32Array, step: number): number => {
  const n = row.length;
  return row[((Math.floor(step) % n) + n) % n] ?? 0;
};

/** The same load, `factor` times as high: what populating a cluster uses to meet its mean. */
export const scaleLoad = (load: Load, factor: number): Load => {
  switch (load.kind) {
    case 'trace':
      return { ...load, scale: load.scale * factor };
    case 'bursty':
      return { ...load, level: clamp(load.level * factor), peak: clamp(load.peak * factor) };
    default:
      return { ...load, level: clamp(load.level * factor) };
  }
};
