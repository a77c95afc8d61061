import {
  ApprovedMigration,
  type ClusterSample,
  Config,
  type DataOf,
  type GuestSample,
  type migrationCompleted,
  type NodeSample,
  type Outcome,
  outcomeRecorded,
  type Said,
} from '@evenkeel/contracts';
import { iso, millis } from '@evenkeel/model';
import { outcomeTracker } from '../service.ts';

export const done = Date.parse('2026-03-01T12:00:00.000Z');
export const config = Config.parse({});
export const prices = config.penalty_config;
const GiB = 2 ** 30;

/** What of the cluster differs: loads of the nodes (fractions) and the guest's (cores, GiB), and where it is. */
export type Scene = {
  n1?: { cpu?: number; mem?: number };
  n2?: { cpu?: number; mem?: number };
  cores?: number;
  gib?: number;
  guest?: Partial<GuestSample> | null;
  offline?: string;
  /** The guests that were moved, alike. */
  vmids?: number[];
};

const nodeOf = (node: string, { cpu = 0.5, mem = 0.5 }: { cpu?: number; mem?: number }, off?: string): NodeSample => ({
  node,
  status: off === node ? 'offline' : 'online',
  maintenance: false,
  cpu,
  maxcpu: 32,
  mem: mem * 128 * GiB,
  maxmem: 128 * GiB,
  uptime: 1,
  speed_factor: 1,
  storages: [],
});

/** The cluster so many seconds after the move of `qemu/101` from n1 to n2. */
export function sampleAt(seconds: number, scene: Scene = {}): ClusterSample {
  const { vmids = [101], cores = 4, gib = 8 } = scene;
  const guestOf = (vmid: number): GuestSample => ({
    guest: `qemu/${vmid}`,
    vmid,
    type: 'qemu',
    name: `vm${vmid}`,
    node: 'n2',
    status: 'running',
    template: false,
    cpu: cores / 8,
    maxcpu: 8,
    mem: gib * GiB,
    maxmem: gib * GiB,
    mem_source: 'host',
    maxdisk: 1,
    netin: 0,
    netout: 0,
    diskread: 0,
    diskwrite: 0,
    uptime: 1,
    tags: [],
    identity: 'i',
    ...scene.guest,
  });
  return {
    cluster: 'lab',
    at: iso(done + seconds * 1000),
    sequence: Math.round(seconds) + 1_000_000,
    config_revision: 'c',
    quorate: true,
    version: '9.2',
    nodes: [nodeOf('n1', scene.n1 ?? {}, scene.offline), nodeOf('n2', scene.n2 ?? {}, scene.offline), nodeOf('n3', {})],
    guests: scene.guest === null ? [] : vmids.map(guestOf),
    ha_rules: [],
    crs: { mode: 'static', auto_rebalance: false },
    running_migrations: [],
    problems: [],
  };
}

const estimate = (expected: number) => ({ expected, low: expected * 0.8, high: expected * 1.2 });
const effect = { cpu: 0.5, mem: 0.5, penalty: 30 };

/** `migration.completed` of a guest from n1 to n2. */
export function completed(
  more: { vmid?: number; id?: string; target?: string; expected?: number; at?: number } = {},
): DataOf<typeof migrationCompleted> {
  const { vmid = 101, target = 'n2', expected = 5, at = 0 } = more;
  const migration = ApprovedMigration.parse({
    migration_id: more.id ?? `m-${vmid}`,
    cluster: 'lab',
    run_id: 'r',
    decision_id: 'd',
    guest: `qemu/${vmid}`,
    vmid,
    name: `vm${vmid}`,
    type: 'qemu',
    identity: 'i',
    source_node: 'n1',
    target_node: target,
    approved_at: iso(done - 60_000),
    expires_at: iso(done),
    sample_sequence: 1,
    config_revision: 'c',
    confidence_score: 80,
    expected: {
      improvement: estimate(expected),
      duration_seconds: estimate(20),
      downtime_seconds: estimate(0.1),
      effect: { source_before: effect, source_after: effect, target_before: effect, target_after: effect },
      guest_cpu_cores: estimate(4),
      behavior: 'steady',
    },
    migration_plan: plan,
  });
  const completed_at = iso(done + at * 1000);
  const started_at = iso(done + at * 1000 - 18_000);
  return { migration, started_at, completed_at, upid: 'UPID:x', warnings: [] };
}

const plan: ApprovedMigration['migration_plan'] = {
  migration_type: 'live_migration',
  source_vm_id: '101',
  source_node_id: 'n1',
  target_node_id: 'n2',
  expected_utilization_improvement: { current_utilization: 80, expected_utilization: 60, improvement_percentage: 25 },
  execution_steps: [],
  success_criteria: [],
  rollback_conditions: [],
  resource_requirements: {
    target_node_cpu_available: '',
    target_node_memory_available: '',
    network_bandwidth_required: '',
  },
  estimated_downtime_seconds: 1,
  estimated_completion_minutes: 1,
  success_checks: [],
  rollback_checks: [],
  requirements: { target_cpu_cores: 1, target_memory_bytes: 1, network_bytes_per_second: 1 },
  downtime_seconds: estimate(0.1),
  duration_seconds: estimate(20),
};

export type Input =
  | { name: 'cluster.sampled'; data: ClusterSample }
  | { name: 'migration.completed' | 'migration.started' | 'migration.failed'; data: { migration: ApprovedMigration } };
export const sampled = (seconds: number, scene?: Scene): Input => ({
  name: 'cluster.sampled',
  data: sampleAt(seconds, scene),
});
export const told = (data: DataOf<typeof migrationCompleted>): Input => ({ name: 'migration.completed', data });

const recordIn = (parts: Map<string, unknown>) => ({
  get: async (part: string) => parts.get(part),
  all: async () => Object.fromEntries(structuredClone(parts)),
  set: (value: unknown, part: string) => void parts.set(part, structuredClone(value)),
  remove: (part: string) => void parts.delete(part),
});

/** Feeds events to the service, one at a time, and collects what it says. */
export async function feed(inputs: Input[]): Promise<{ outcomes: Outcome[]; left: Map<string, unknown> }> {
  const left = new Map<string, unknown>();
  const outcomes: Outcome[] = [];
  const watchedMigrations = recordIn(left);
  const heldMoves = recordIn(new Map());
  const spans = { all: async () => ({}), set: () => {}, remove: () => {} };
  for (const { name, data } of inputs) {
    const [, handle] = [...outcomeTracker.handlers].find(([event]) => event.name === name)!;
    const time =
      (data as { at?: string; completed_at?: string }).at ?? (data as { completed_at?: string }).completed_at;
    const context = {
      cluster: 'lab',
      now: time ? millis(time) : done,
      config,
      state: { watchedMigrations, heldMoves, spans },
    };
    const said: readonly Said[] = await handle({ data: data as never, id: '' }, context as never);
    const judged = said.filter((event) => event.name === outcomeRecorded.name);
    outcomes.push(...judged.map((event) => (event.data as { outcome: Outcome }).outcome));
  }
  return { outcomes, left };
}
