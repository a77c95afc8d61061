import type { Size } from './large-sample.ts';
import { timeRebuild } from './time-rebuild.ts';
import { percentile, type Timed, timeRuns } from './time-runs.ts';
import { type Memory, watchMemory } from './watch-memory.ts';

/** One figure with what it is held against; `met` is absent where it could not be measured. */
export type Row = { what: string; value: string; aim: string; met?: boolean; beside: string };

type Aim = { size: Size; share: number; ms: number; runs: number };

const large = { nodes: 64, guests: 3000 };
const warmup = 40;

const timings = (runs: number): Aim[] => [
  { size: { nodes: 4, guests: 60 }, share: 0.95, ms: 10, runs },
  { size: { nodes: 16, guests: 400 }, share: 0.95, ms: 50, runs },
  { size: large, share: 0.99, ms: 1000, runs },
];
const mostMemory = 250;
const mostEvent = 512;

type Wanted = { runs: number; seconds: number; hours: number };

/** Measures everything that this project promises about speed and size; memory where the kernel tells it. */
export async function measure({ runs, seconds, hours }: Wanted): Promise<Row[]> {
  const rows: Row[] = [];
  for (const aim of timings(runs)) {
    const timed = await timeRuns(aim.size, { runs: aim.runs, warmup });
    rows.push(timeRow(aim, timed));
    if (aim.size === large) rows.push(eventRow(timed));
  }
  if (process.platform === 'linux' && seconds > 0)
    rows.push(
      memoryRow(
        await watchMemory({
          size: large,
          seconds,
          speed: 15,
          flags: ['--max-semi-space-size=4', '--heap-growing-percent=25'],
        }),
      ),
    );
  rows.push(...(await measureRebuild(hours)));
  return rows;
}

const mostSeconds = 60;

/** How long it takes until all is known again after Redis was emptied; nothing where there are no servers, or no hours. */
export async function measureRebuild(hours: number): Promise<Row[]> {
  const rebuilt = hours > 0 ? await timeRebuild(large, hours) : null;
  if (!rebuilt) return [];
  const { seconds, cpu_seconds, samples, decisions } = rebuilt;
  return [
    {
      what: `Redis built again, ${large.nodes} nodes and ${large.guests} guests after ${hours} h`,
      value: `${seconds.toFixed(1)} s`,
      aim: `${mostSeconds} s`,
      met: seconds <= mostSeconds,
      beside: `processor ${cpu_seconds.toFixed(1)} s; ${samples} samples, ${decisions} decisions, all services in one process`,
    },
  ];
}

const ms = (value: number): string => value.toFixed(value < 100 ? 1 : 0);

function timeRow({ size, share, ms: limit }: Aim, timed: Timed): Row {
  const spread = [0.5, 0.95, 0.99, 1].map((s) => ms(percentile(timed.ms, s))).join(' / ');
  const reached = percentile(timed.ms, share);
  return {
    what: `a run, ${size.nodes} nodes and ${size.guests} guests, p${100 * share}`,
    value: `${ms(reached)} ms`,
    aim: `${limit} ms`,
    met: reached <= limit,
    beside: `p50 / p95 / p99 / max ${spread} ms, processor p50 ${ms(percentile(timed.cpu_ms, 0.5))} ms; ${timed.ms.length} runs, ${timed.moves} moves`,
  };
}

const eventRow = ({ largest_kib }: Timed): Row => ({
  what: 'largest telemetry event, gzip',
  value: `${largest_kib.toFixed(0)} KiB`,
  aim: `${mostEvent} KiB`,
  met: largest_kib <= mostEvent,
  beside: '',
});

const memoryRow = ({ peak_mib, steady_mib, samples, seconds }: Memory): Row => ({
  what: 'memory of `evenkeel up`, 64 nodes and 3000 guests over HTTPS',
  value: `${steady_mib.toFixed(0)} MiB`,
  aim: `${mostMemory} MiB`,
  met: steady_mib <= mostMemory,
  beside: `peak ${peak_mib.toFixed(0)} MiB; ${samples} samples at ×15 in ${seconds} s`,
});
