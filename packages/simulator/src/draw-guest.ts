import type { GuestDescription, Load } from './guest-description.ts';
import type { PopulateDescription } from './populate-description.ts';

type Draw = () => number;

export type Draft = Omit<GuestDescription, 'node'> & { cores: number };

const SIZES: [upTo: number, vcpus: number][] = [
  [0.25, 1],
  [0.6, 2],
  [0.87, 4],
  [1, 8],
];

const ROLES = [
  'web',
  'db',
  'mail',
  'files',
  'build',
  'cache',
  'queue',
  'metrics',
  'proxy',
  'git',
  'dns',
  'wiki',
  'media',
  'backup',
];

const pick = <T>(list: readonly T[], draw: Draw): T => list[Math.floor(draw() * list.length)] as T;

const MIXED: Load['kind'][] = ['steady', 'steady', 'bursty', 'growing', 'cyclical', 'cyclical'];

const drawLoad = (p: PopulateDescription, index: number, draw: Draw, rows: string[], shift: number): Load => {
  const kind = p.load === 'mixed' ? (MIXED[index % MIXED.length] as Load['kind']) : p.load;
  const level = 0.15 + 0.45 * draw() ** 1.5;
  switch (kind) {
    case 'constant':
      return { kind, level };
    case 'steady':
      return { kind, level, noise: 0.04 + 0.08 * draw() };
    case 'bursty':
      return {
        kind,
        level,
        peak: Math.min(1, level * 2.2),
        probability: 0.2,
        burst_minutes: 6 + 12 * draw(),
        noise: 0.1,
      };
    case 'growing':
      return { kind, level, growth_per_day: 0.02 + 0.08 * draw(), max: 1, noise: 0.06 };
    case 'cyclical':
      return {
        kind,
        level,
        amplitude: 0.3 + 0.3 * draw(),
        peak_hour: 9 + 8 * draw(),
        period_hours: 24,
        weekend: 0.4,
        noise: 0.06,
      };
    case 'trace': {
      const row = rows[index % rows.length] ?? '';
      return {
        kind,
        trace: p.trace ?? '',
        row,
        scale: 1,
        shift_minutes: shift * Math.floor(index / Math.max(1, rows.length)),
      };
    }
  }
};

export const drawGuest = (
  p: PopulateDescription,
  index: number,
  draw: Draw,
  more: { rows: string[]; disks: string[]; shift: number },
): Draft => {
  const size = draw();
  const vcpus = SIZES.find(([upTo]) => size < upTo)?.[1] ?? 2;
  const type = draw() < p.containers ? 'lxc' : 'qemu';
  const disks = [{ storage: more.disks[0] ?? 'local', size_gib: pick([16, 32, 64, 128], draw) }];
  if (draw() < p.local_disks && more.disks[1]) disks.push({ storage: more.disks[1], size_gib: pick([4, 8, 16], draw) });
  const level = 0.4 + 0.45 * draw();
  const load = drawLoad(p, index, draw, more.rows, more.shift);
  return {
    vmid: p.first_vmid + index,
    name: `${pick(ROLES, draw)}-${String(index + 1).padStart(2, '0')}`,
    type,
    vcpus,
    memory_gib: vcpus * pick([1, 2, 2, 4], draw),
    disks,
    status: 'running',
    template: false,
    tags: [type === 'lxc' ? 'container' : 'vm', load.kind],
    load,
    memory: { level, drift: 0.03, growth_per_day: 0 },
    working_set: 0.08 + 0.12 * draw(),
    config: {},
    ha:
      draw() < p.ha
        ? { state: 'started', max_restart: 1, max_relocate: 1, failback: true, auto_rebalance: true }
        : undefined,
    cores: 0,
  };
};
