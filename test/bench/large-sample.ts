import type { ClusterSample, GuestSample, NodeSample } from '@evenkeel/contracts';

const gib = 2 ** 30;

export type Size = { nodes: number; guests: number };

/** A repeatable cluster of any size at a moment: hot at one end, idle at the other, every value with its own noise. */
export function largeSample(
  size: Size,
  step: number,
  config_revision: string,
  placement?: Map<string, string>,
): ClusterSample {
  const noise = (n: number): number => Math.abs(Math.sin(n * 12.9898 + step * 78.233) * 43758.5453) % 1;
  const at = new Date(1_767_225_600_000 + step * 300_000).toISOString();
  const guests = Array.from({ length: size.guests }, (_, n) => guestAt(n, size, step, noise(n + 1), placement));
  const used = new Map<string, { cpu: number; mem: number }>();
  for (const g of guests) {
    const sum = used.get(g.node) ?? { cpu: 0, mem: 2 * gib };
    used.set(g.node, { cpu: sum.cpu + g.cpu * g.maxcpu, mem: sum.mem + g.mem });
  }
  return {
    cluster: 'large',
    at,
    sequence: step + 1,
    config_revision,
    run: { run_id: `large-${step}`, opened_at: at },
    quorate: true,
    version: '9.2',
    nodes: Array.from({ length: size.nodes }, (_, n) => nodeAt(n, step, used.get(`pve${n + 1}`))),
    guests,
    ha_rules: [],
    crs: { mode: 'static', auto_rebalance: false },
    running_migrations: [],
    problems: [],
  };
}

function nodeAt(n: number, step: number, used: { cpu: number; mem: number } | undefined): NodeSample {
  const threads = n % 4 === 0 ? 32 : 64;
  return {
    node: `pve${n + 1}`,
    status: 'online',
    maintenance: false,
    cpu: Math.min(1, (used?.cpu ?? 0) / threads),
    maxcpu: threads,
    mem: used?.mem ?? 2 * gib,
    maxmem: threads * 8 * gib,
    iowait: 0.01,
    uptime: 1e6 + step * 300,
    speed_factor: 1,
    storages: [
      { storage: 'ceph', shared: true, active: true, total: 1e14, used: 4e13, content: ['images', 'rootdir'] },
      { storage: 'local-lvm', shared: false, active: true, total: 1e12, used: 2e11, content: ['images'] },
    ],
    cpu_vendor: 'AuthenticAMD',
    cpu_model: 'AMD EPYC 7543',
    version: '9.2.2',
  };
}

function guestAt(n: number, size: Size, step: number, noise: number, placement?: Map<string, string>): GuestSample {
  const guest = `qemu/${100 + n}`;
  const skewed = Math.floor((((n * 7919) % size.guests) ** 1.3 / size.guests ** 1.3) * size.nodes);
  const maxcpu = [1, 2, 4, 8][n % 4]!;
  const maxmem = maxcpu * 2 * gib;
  const rhythm = n % 3 === 0 ? 0.25 * (1 + Math.sin((step / 288) * 2 * Math.PI + (n % 24))) : 0.25;
  return {
    guest,
    vmid: 100 + n,
    type: 'qemu',
    name: `vm-${100 + n}`,
    node: placement?.get(guest) ?? `pve${skewed + 1}`,
    status: 'running',
    template: false,
    cpu: Math.min(1, rhythm + 0.3 * noise),
    maxcpu,
    mem: Math.round(maxmem * (0.4 + 0.3 * noise)),
    maxmem,
    mem_source: 'balloon',
    memhost: Math.round(maxmem * 0.8),
    maxdisk: 32 * gib,
    netin: Math.round(noise * 1e6),
    netout: Math.round(noise * 2e6),
    diskread: Math.round(noise * 3e6),
    diskwrite: Math.round(noise * 4e6),
    uptime: 5e5 + step * 300,
    tags: n % 10 === 0 ? ['prod', `exclude_db${n % 7}`] : ['prod'],
    identity: `created-${1_700_000_000 + n}`,
    constraints: {
      storages: ['ceph'],
      local_disk_bytes: 0,
      local_disks: 0,
      local_devices: [],
      bridges: ['vmbr0'],
      cpu_type: 'x86-64-v2-AES',
      snapshots_with_state: false,
      bind_mounts: [],
    },
  };
}
