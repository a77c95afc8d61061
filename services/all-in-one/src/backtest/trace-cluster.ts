import type { ClusterSample, GuestSample, NodeSample } from '@evenkeel/contracts';
import { plainCluster, plainGuest, plainNode } from '../replay/plain-cluster.ts';

/** Load of one guest, fractions of its vCPUs, and of its memory where that is known; one value for five minutes. */
export type Trace = { name: string; cpu: number[]; mem?: number[] };

export type TraceOptions = {
  nodes: number;
  guests: number;
  /** Mean CPU of the whole cluster, fraction. */
  load: number;
  start: 'roundrobin' | 'skewed';
};

const GiB = 2 ** 30;
const sizes = [1, 2, 2, 4, 2, 1, 4, 8];
const gibPerVcpu = 2;
const memoryUse = 0.6;
/** Memory assigned of all that there is. */
const memoryAssigned = 0.7;
const stepSeconds = 300;
const startSeconds = Date.UTC(2025, 0, 1) / 1000;
const cluster = 'trace';

type Row = { name: string; values: number[] };

/** A table passes 100 here and there by mistake; tables in tenths of a percent pass it all over, by an eighth of their values and more. */
const tenthsFrom = 0.05;

/** What is wrong with the first row that is none of its table, in a sentence; undefined where all are well. */
function faultOf(table: readonly Row[]): string | undefined {
  const bad = table.findIndex(({ name, values }) => name === '' || values.length < 2 || values.some(Number.isNaN));
  if (bad >= 0) return `line ${bad + 1} is not a name and percentages, with commas`;
  const length = Math.max(...table.map(({ values }) => values.length));
  const short = table.findIndex(({ values }) => values.length < length);
  if (short < 0) return undefined;
  return `row ${short + 1} (${table[short]!.name}) ends after ${table[short]!.values.length} values, others have ${length}: was it cut off?`;
}

/** The first load that no guest can have, with its row and column. */
function excessOf(table: readonly Row[], most: number): string | undefined {
  for (const [i, { name, values }] of table.entries()) {
    const at = values.findIndex((v) => v < 0 || v > most);
    if (at >= 0)
      return `row ${i + 1} (${name}), column ${at + 2}: ${values[at]} is no load between 0 and ${most === 100 ? '100 %' : '1000 tenths of a percent'}`;
  }
  return undefined;
}

/**
 * Reads a table of loads: a guest a row, its name and then percentages of CPU; tenths of a percent where one value in twenty passes
 * 100. Rows that are called `<name>/cpu` and `<name>/mem` belong together. A sentence that names row and column where it is none.
 */
export function readTraces(text: string): Trace[] | string {
  const rows = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const table = rows.map((row): Row => {
    const [name = '', ...values] = row.split(',');
    return { name: name.trim(), values: values.map((v) => (v.trim() === '' ? Number.NaN : Number(v))) };
  });
  const all = table.flatMap(({ values }) => values);
  const most = all.filter((v) => v > 100).length >= tenthsFrom * all.length && all.some((v) => v > 100) ? 1000 : 100;
  const fault = faultOf(table) ?? excessOf(table, most);
  if (fault !== undefined) return fault;
  const fractions = new Map(table.map(({ name, values }) => [name, values.map((v) => v / most)]));
  return [...fractions].flatMap(([name, cpu]): Trace[] => {
    if (name.endsWith('/mem')) return [];
    const guest = name.replace(/\/cpu$/, '');
    const mem = fractions.get(`${guest}/mem`);
    return [{ name: guest, cpu, ...(mem && name.endsWith('/cpu') ? { mem } : {}) }];
  });
}

type Built = { nodes: NodeSample[]; guests: GuestSample[]; steps: number };

const guestOf = (trace: Trace, i: number): GuestSample => {
  const maxcpu = sizes[i % sizes.length]!;
  return {
    ...plainGuest,
    guest: `qemu/${100 + i}`,
    vmid: 100 + i,
    type: 'qemu',
    name: trace.name,
    node: '',
    status: 'running',
    cpu: 0,
    maxcpu,
    mem: memoryUse * gibPerVcpu * maxcpu * GiB,
    maxmem: gibPerVcpu * maxcpu * GiB,
    maxdisk: 32 * GiB,
    uptime: 0,
    tags: [],
    identity: trace.name,
  };
};

/** Guests in turn over all nodes, or three quarters of them over the first half. */
function placeOf(i: number, { nodes, guests, start }: TraceOptions): number {
  const half = Math.max(1, Math.floor(nodes / 2));
  const many = Math.ceil(0.75 * guests);
  if (start === 'roundrobin' || nodes === 1) return i % nodes;
  return i < many ? i % half : half + ((i - many) % (nodes - half));
}

function build(traces: readonly Trace[], options: TraceOptions): Built {
  const guests = traces.map((trace, i) => ({ ...guestOf(trace, i), node: `pve${placeOf(i, options) + 1}` }));
  const steps = Math.min(...traces.map((t) => t.cpu.length));
  const demand = traces.reduce((sum, t, i) => {
    const mean = t.cpu.slice(0, steps).reduce((a, b) => a + b, 0) / steps;
    return sum + mean * guests[i]!.maxcpu;
  }, 0);
  const maxcpu = Math.max(2, Math.round(demand / options.load / options.nodes));
  const assigned = guests.reduce((sum, g) => sum + g.maxmem, 0);
  const maxmem = Math.ceil(assigned / memoryAssigned / options.nodes / GiB) * GiB;
  const nodes = Array.from(
    { length: options.nodes },
    (_, n): NodeSample => ({
      ...plainNode,
      node: `pve${n + 1}`,
      status: 'online',
      cpu: 0,
      maxcpu,
      mem: 0,
      maxmem,
      uptime: 0,
    }),
  );
  return { nodes, guests, steps };
}

/** The cluster of the traces in one step; nodes may be asked for more than they have, for this is demand. */
function sampleAt({ nodes, guests }: Built, traces: readonly Trace[], step: number): ClusterSample {
  const at = new Date((startSeconds + (step + 1) * stepSeconds) * 1000).toISOString();
  const loaded = guests.map((guest, i) => {
    const mem = traces[i]!.mem?.[step];
    return { ...guest, cpu: traces[i]!.cpu[step]!, mem: mem === undefined ? guest.mem : mem * guest.maxmem };
  });
  return {
    ...plainCluster,
    cluster,
    at,
    sequence: step + 1,
    config_revision: '',
    nodes: nodes.map((n) => {
      const here = loaded.filter((g) => g.node === n.node);
      const cpu = here.reduce((sum, g) => sum + g.cpu * g.maxcpu, 0) / n.maxcpu;
      return { ...n, cpu, mem: here.reduce((sum, g) => sum + g.mem, 0) };
    }),
    guests: loaded,
    running_migrations: [],
  };
}

/** A simple cluster around traces: equal nodes that they load as asked, guests of 1 to 8 vCPUs, a sample every five minutes. */
export function traceCluster(
  all: readonly Trace[],
  options: TraceOptions,
): { cluster: string; note: string; samples: () => Iterable<ClusterSample> } {
  const traces = all.slice(0, options.guests);
  const built = build(traces, { ...options, guests: traces.length });
  const { maxcpu, maxmem } = built.nodes[0]!;
  return {
    cluster,
    note: `${traces.length} traces on ${options.nodes} nodes of ${maxcpu} threads and ${Math.round(maxmem / GiB)} GiB, ${options.start}`,
    samples: function* () {
      for (let step = 0; step < built.steps; step++) yield sampleAt(built, traces, step);
    },
  };
}
