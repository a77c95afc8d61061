import type { NodeLoad } from './penalty.ts';

/** A part of the penalty for readers: its points as a formula over loads and prices, and loads at which it is worth a look. */
export type PenaltyRow = { part: string; of: string; formula: string; examples: Partial<NodeLoad>[] };

/** What the formulas call the CPU curve. */
export const cpuCurveFormula = 'C(u, s) = 40·u² + 200·E(u − 0.7, s) + 700·E(u − 1, s)';
/** What is expected above 0 of a figure that is normal around `m` with deviation `s`. */
export const excessFormula = 'E(m, s) = s·φ(m/s) + m·Φ(m/s)';

/** Every part of a node's penalty, described; a test holds each formula against what is computed. */
export const penaltyTable: readonly PenaltyRow[] = [
  {
    part: 'cpu',
    of: '`cpu`: CPU of the node, fraction of its threads',
    formula: 'weight_cpu · C(cpu, 0)',
    examples: [{ cpu: 0.5 }, { cpu: 0.8 }, { cpu: 1 }],
  },
  {
    part: 'memory',
    of: '`mem`: memory in use, fraction',
    formula: 'weight_memory · 100·mem⁶',
    examples: [{ mem: 0.7 }, { mem: 0.9 }, { mem: 1 }],
  },
  {
    part: 'iowait',
    of: '`iowait`: time spent waiting for disks, fraction',
    formula: 'weight_iowait · 400·iowait²',
    examples: [{ iowait: 0.1 }, { iowait: 0.3 }, { iowait: 0.5 }],
  },
  {
    part: 'pressure',
    of: '`pressure`: tasks that wait for a CPU (PSI of PVE 9, some), percent',
    formula: 'weight_pressure · pressure²/50',
    examples: [{ pressure: 10 }, { pressure: 50 }],
  },
  {
    part: 'spikes',
    of: '`spikes`: 95th percentile of CPU less its mean, fraction',
    formula: 'weight_cpu · (C(cpu, weight_spikes/0.2·spikes/1.645) − C(cpu, 0))',
    examples: [
      { cpu: 0.5, spikes: 0.3 },
      { cpu: 0.8, spikes: 0.3 },
    ],
  },
  {
    part: 'trend',
    of: '`rise`: expected rise of CPU an hour, fraction; carried forward 4 hours; a fall counts as 0',
    formula:
      'weight_cpu · (C(cpu + weight_trend·4·rise, weight_spikes/0.2·spikes/1.645) − C(cpu, weight_spikes/0.2·spikes/1.645))',
    examples: [
      { cpu: 0.5, rise_per_hour: 0.05 },
      { cpu: 0.8, rise_per_hour: 0.05 },
    ],
  },
  {
    part: 'overcommit',
    of: '`assigned`: memory assigned to its guests ÷ memory of the node; up to 1 counts as 1',
    formula: 'weight_overcommit · 100·(assigned − 1)²',
    examples: [{ assigned: 1.2 }, { assigned: 1.5 }],
  },
];
