import type {
  Automation,
  ClusterSample,
  CollectorProgress,
  Config,
  CounterReading,
  RunningMigration,
  RunRef,
} from '@evenkeel/contracts';
import { byText, iso } from '@evenkeel/model';
import { guestOfSid, haRules } from '@evenkeel/proxmox';
import type { FactsByGuest } from './due-configs.ts';
import { guestOfTask } from './guest-of.ts';
import { guestSample } from './guest-sample.ts';
import type { Look } from './look.ts';
import { nodeSample } from './node-sample.ts';

/** Migrations that run now, and those that HA has taken on but not begun. */
function runningMigrations({ tasks, targets, resources }: Look, online: ReadonlySet<string>): RunningMigration[] {
  const running = new Map<string, RunningMigration>();
  for (const { id, node, hastate } of resources.guests) {
    if (hastate === 'migrate' || hastate === 'relocate') running.set(id, { guest: id, source: node });
  }
  for (const task of tasks.filter(({ endtime, node }) => endtime === undefined && online.has(node))) {
    const guest = guestOfTask(task);
    if (!guest) continue;
    const target = targets[task.upid];
    const started_at = iso(task.starttime * 1000);
    running.set(guest, { guest, source: task.node, upid: task.upid, started_at, ...(target && { target }) });
  }
  return [...running.values()].sort((a, b) => byText(a.guest, b.guest));
}

export type Beside = {
  cluster: string;
  now: number;
  sequence: number;
  config: Config;
  /** Nodes that somebody asked to be drained. */
  drained: Automation['drained'];
  paused: string | null;
  kill_switch: string | null;
  /** The time of the cluster is not the machine's. */
  own_clock?: boolean;
  config_revision: string;
  run: RunRef | null;
  progress: CollectorProgress;
  facts: FactsByGuest;
  counters: Readonly<Record<string, CounterReading>>;
};

/** A pressure that was measured longer ago says nothing of now, seconds. */
const pressure_age_s = 900;

function pressureOf({ progress, now }: Beside, node: string) {
  const last = progress.pressures[node];
  return last && now / 1000 - last.measured_at <= pressure_age_s ? last.pressure : undefined;
}

/** What was read, told as one sample; the same reading in any order is the same sample. */
export function buildSample(look: Look, beside: Beside): ClusterSample {
  const { status, resources } = look;
  const members = new Map(status.nodes.map(({ node, online }) => [node, online]));
  const online = new Set(resources.nodes.filter((n) => n.status === 'online').map(({ node }) => node));
  const ha = look.ha_resources && new Map(look.ha_resources.map((row) => [guestOfSid(row.sid) ?? row.sid, row]));
  const { rules, problems } = haRules(look.ha_rules);
  const nodes = resources.nodes.map((row) =>
    nodeSample(row, {
      online: members.get(row.node),
      status: look.node_status[row.node],
      processor: beside.progress.processors[row.node],
      pressure: pressureOf(beside, row.node),
      maintenance: look.maintenance.includes(row.node),
      drained: beside.drained[row.node],
      storages: resources.storages.filter(({ node }) => node === row.node),
      config: beside.config,
    }),
  );
  const guests = resources.guests.map((row) =>
    guestSample(row, {
      facts: beside.facts[row.id],
      counters: beside.counters[row.id] ?? [0, 0, 0, 0, 0, 0, 0, 0, 0],
      ha: ha ? ha.get(row.id) : null,
    }),
  );
  return {
    cluster: beside.cluster,
    at: iso(beside.now),
    ...(beside.own_clock && { own_clock: true }),
    sequence: beside.sequence,
    config_revision: beside.config_revision,
    ...(beside.run && { run: beside.run }),
    quorate: status.quorate,
    version: beside.progress.version,
    nodes: nodes.sort((a, b) => byText(a.node, b.node)),
    guests: guests.sort((a, b) => a.vmid - b.vmid || byText(a.guest, b.guest)),
    ha_rules: rules,
    crs: look.crs,
    ...(look.migration_limit !== undefined && { migration_limit: look.migration_limit }),
    running_migrations: runningMigrations(look, online),
    ...(beside.paused !== null && { paused: beside.paused }),
    ...(beside.kill_switch !== null && { kill_switch: beside.kill_switch }),
    ...(look.unread.length > 0 && { unread: look.unread }),
    problems: [...look.problems, ...problems].slice(0, 100),
  };
}

/** The sample with a sentence about configurations that could not be read just now. */
export function withUnreadConfigs(
  sample: ClusterSample,
  reads: readonly { guest: { id: string }; error?: string }[],
): ClusterSample {
  const failed = reads.filter(({ error }) => error !== undefined);
  if (failed.length === 0) return sample;
  const [first] = failed;
  const more = failed.length > 1 ? ` (and of ${failed.length - 1} more)` : '';
  const said = `The configuration of ${first?.guest.id}${more} could not be read: ${first?.error}`;
  return { ...sample, problems: [...sample.problems, said] };
}
