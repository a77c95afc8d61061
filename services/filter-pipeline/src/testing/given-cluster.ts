import { Config, type ConfigInput, type GuestSample, type NodeSample, type NodeScore } from '@evenkeel/contracts';

/** Test data: a Wednesday noon on which all is well, and one move that nobody objects to; a test says what differs. */
export const noon = Date.parse('2026-07-15T12:00:00Z');
export const at = '2026-07-15T12:00:00.000Z';
export const GiB = 2 ** 30;

type Deep<T> = T extends readonly unknown[] ? T : T extends object ? { [K in keyof T]?: Deep<T[K]> } : T;
export type Different<T> = Deep<T>;

/** `base` with what differs laid over it; arrays are replaced whole. */
export function vary<T>(base: T, different: unknown): T {
  if (different === undefined) return base;
  if (
    typeof base !== 'object' ||
    base === null ||
    Array.isArray(base) ||
    typeof different !== 'object' ||
    different === null
  )
    return different as T;
  const merged = { ...base } as Record<string, unknown>;
  for (const [key, value] of Object.entries(different)) merged[key] = vary(merged[key], value);
  return merged as T;
}

export const givenConfig = (different: ConfigInput = {}): Config =>
  Config.parse(vary({ mode: 'auto', automated_migrations: { dry_run: false } }, different));

export const givenNode = (node: string, different: Different<NodeSample> = {}): NodeSample =>
  vary<NodeSample>(
    {
      node,
      status: 'online',
      maintenance: false,
      cpu: 0.3,
      maxcpu: 16,
      mem: 0.3 * 64 * GiB,
      maxmem: 64 * GiB,
      uptime: 1e6,
      speed_factor: 1,
      storages: [],
    },
    different,
  );

export const givenGuest = (guest: string, different: Different<GuestSample> = {}): GuestSample => {
  const [type, vmid] = guest.split('/') as ['qemu' | 'lxc', string];
  return vary<GuestSample>(
    {
      guest,
      vmid: Number(vmid),
      type,
      name: `guest-${vmid}`,
      node: 'pve1',
      status: 'running',
      template: false,
      cpu: 0.5,
      maxcpu: 4,
      mem: 4 * GiB,
      maxmem: 8 * GiB,
      mem_source: 'balloon',
      maxdisk: 32 * GiB,
      netin: 0,
      netout: 0,
      diskread: 0,
      diskwrite: 0,
      uptime: 1e6,
      tags: [],
      identity: `id-${vmid}`,
      constraints: {
        storages: [],
        local_disk_bytes: 0,
        local_disks: 0,
        local_devices: [],
        bridges: [],
        cpu_type: 'host',
        snapshots_with_state: false,
        bind_mounts: [],
      },
    },
    different,
  );
};

export const givenScore = (node: string, cpu: number, different: Different<NodeScore> = {}): NodeScore =>
  vary<NodeScore>(
    {
      node,
      penalty: 50 * cpu * cpu,
      suitability: 50,
      parts: [],
      cpu,
      mem: 0.3,
      trend: { cpu_per_hour: 0, mem_per_hour: 0, direction: 'flat', cpu_in_one_hour: cpu, samples: 100 },
      exceeded: [],
    },
    different,
  );
