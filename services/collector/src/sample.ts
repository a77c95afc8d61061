import type {
  ClusterSample,
  CollectorProgress,
  Config,
  CounterReading,
  HaRule,
  RunningMigration,
  RunRef,
} from '@evenkeel/contracts';
import { iso } from '@evenkeel/model';
import type { HaRuleRow, TaskRow } from '@evenkeel/proxmox';
import type { FactsByGuest } from './due-configs.ts';
import { guestSample } from './guest-sample.ts';
import type { Look } from './look.ts';
import { nodeSample } from './node-sample.ts';

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** `vm:100` is qemu/100, `ct:101` lxc/101; what is neither is no guest. */
export function guestOfSid(sid: string): string | undefined {
  const parts = /^(vm|ct):(\d{1,9})$/.exec(sid);
  return parts ? `${parts[1] === 'vm' ? 'qemu' : 'lxc'}/${parts[2]}` : undefined;
}

/** The rules in force; kinds that this version of Evenkeel does not know are named among the problems instead. */
export function haRules(rows: readonly HaRuleRow[]): { rules: HaRule[]; problems: string[] } {
  const inForce = rows.filter(({ disabled }) => !disabled);
  const isKnown = ({ type }: HaRuleRow): boolean => type === 'node-affinity' || type === 'resource-affinity';
  const rules = inForce.filter(isKnown).map(
    ({ rule, type, resources, nodes, strict, affinity }): HaRule => ({
      rule,
      type: type as HaRule['type'],
      guests: resources.flatMap((sid) => guestOfSid(sid) ?? []).sort(byText),
      ...(nodes && { nodes }),
      ...(strict !== undefined && { strict }),
      ...((affinity === 'positive' || affinity === 'negative') && { affinity }),
    }),
  );
  const problems = inForce
    .filter((row) => !isKnown(row))
    .map(({ rule, type }) => `HA rule ${rule} is of a kind that is not understood: ${type}.`);
  return { rules: rules.sort((a, b) => byText(a.rule, b.rule)), problems };
}

const guestTypes: Record<string, 'qemu' | 'lxc'> = { qmigrate: 'qemu', vzmigrate: 'lxc' };

/** `qemu/100` of a migration task, undefined for a task of another kind. */
export function guestOfTask({ type, id }: Pick<TaskRow, 'type' | 'id'>): string | undefined {
  const kind = guestTypes[type];
  return kind && /^\d{1,9}$/.test(id) ? `${kind}/${id}` : undefined;
}

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
    sequence: beside.sequence,
    config_revision: beside.config_revision,
    ...(beside.run && { run: beside.run }),
    quorate: status.quorate,
    version: beside.progress.version,
    nodes: nodes.sort((a, b) => byText(a.node, b.node)),
    guests: guests.sort((a, b) => a.vmid - b.vmid || byText(a.guest, b.guest)),
    ha_rules: rules,
    crs: look.crs,
    running_migrations: runningMigrations(look, online),
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
