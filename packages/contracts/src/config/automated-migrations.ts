import { z } from 'zod';
import { placementRule } from './placement-rule.ts';
import { bool, float, int, strings, timeZone } from './section.ts';

export const days = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
const opens = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day as HH:MM, 00:00 to 23:59');
const closes = z.string().regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'a time of day as HH:MM, 00:00 to 24:00');

const window = z.strictObject({
  name: z.string().min(1).describe('What the window is called in reasons.'),
  enabled: bool(true, 'A window that is off is as if it were not there.'),
  days: z.array(z.enum(days)).min(1).describe('Days on which it opens.'),
  start_time: opens.describe('Local time at which it opens.'),
  end_time: closes.describe('Local time at which it closes; earlier than start_time means on the next day.'),
  timezone: timeZone.optional().describe('IANA time zone; by default that of the schedule.'),
});
export type ScheduleWindow = z.output<typeof window>;

/** As Proxmox names storages. */
const storageName = z.string().regex(/^[A-Za-z][A-Za-z0-9._-]*[A-Za-z0-9]$/, 'the name of a storage');

const rules = z
  .strictObject({
    min_confidence_score: int(75, 0, 100, 'Least confidence of a migration, 0 to 100.'),
    max_migrations_per_run: int(
      3,
      1,
      100,
      'Most migrations of one run; one that is refused just before its start gives its place to the next.',
    ),
    max_concurrent_migrations: int(1, 1, 50, 'Most migrations that run at a time in the cluster.'),
    cooldown_minutes: int(
      30,
      0,
      1440,
      'Minutes after a move in which a guest is left alone; doubled per move in 7 days, at most 8 times.',
    ),
    rollback_window_hours: float(24, 0, 168, 'Hours in which a guest does not return to the node it left.'),
    grace_period_seconds: int(30, 0, 300, 'Seconds between the end of one migration and the start of the next.'),
    respect_ignore_tags: bool(true, 'Leave guests tagged `ignore` or `no-auto-migrate` where they are.'),
    respect_exclude_affinity: bool(true, 'Keep guests that share an `exclude_<group>` tag on different nodes.'),
    respect_affinity_rules: bool(true, 'Keep guests that share an `affinity_<group>` tag together.'),
    require_auto_migrate_ok_tag: bool(false, 'Move only guests tagged `auto-migrate-ok`.'),
    allow_container_restarts: bool(false, 'Let containers move, which restarts them.'),
    allow_exchanges: bool(
      false,
      'Also move two guests that only pay together, where no single move does: one makes room for the other.',
    ),
    approval_expiry_minutes: float(5, 0.5, 60, 'Minutes in which an approved migration must have started.'),
    ignore_guests: strings(
      'Guests that never move, by name, vmid or id, also as `cluster/name`; `*` stands for anything.',
    ),
    ignore_pools: strings(
      'Pools whose guests never move, also as `cluster/pool`; of a pool in another, `pool/pool` or `cluster/pool/pool`.',
    ),
    storage_map: z
      .record(z.string(), z.array(storageName).min(1))
      .default({})
      .describe(
        'Where the local disks of a VM go that moves live to a node without their storage: for a storage, those that may take them, the first that the target has. `cluster/storage` holds in one cluster, before what is said of `storage`.',
      ),
  })
  .prefault({});

const safetyChecks = z
  .strictObject({
    check_cluster_health: bool(true, 'Move nothing while the cluster reports trouble.'),
    require_quorum: bool(true, 'Move nothing without quorum.'),
    verify_before_migrate: bool(true, 'Ask Proxmox again just before a migration starts.'),
    max_node_cpu_percent: int(85, 50, 100, 'CPU of a target after the move, percent at most.'),
    max_node_memory_percent: int(90, 50, 100, 'Memory of a target after the move, percent at most.'),
    max_memory_assigned_percent: int(
      150,
      50,
      400,
      'Memory assigned to the guests of a target, percent of what it has at most.',
    ),
    min_storage_free_percent: int(10, 0, 90, 'Space that must stay free on a storage that receives disks, percent.'),
    abort_on_failure: bool(
      true,
      'Approve nothing more for an hour after a migration failed, and start nothing that was approved before, or until `evenkeel resume`.',
    ),
    pause_on_failure: bool(false, 'Pause the cluster after a migration failed, until `evenkeel resume`.'),
    respect_backups: bool(
      true,
      'Defer a move that would still run when a scheduled backup of the guest begins, or while one runs on its node.',
    ),
    require_n_plus_1: bool(
      false,
      'Refuse moves that take away that the memory of the other nodes could take the guests of any one that is lost, or make that worse.',
    ),
  })
  .prefault({});

const schedule = z
  .strictObject({
    timezone: timeZone.default('UTC').describe('IANA time zone of the windows.'),
    migration_windows: z
      .array(window)
      .default([])
      .describe('Migrations start only inside one of these; none means always.'),
    blackout_windows: z.array(window).default([]).describe('No migration starts inside any of these.'),
  })
  .prefault({});

export const automatedMigrations = z
  .strictObject({
    enabled: bool(true, 'Whether runs take place at all.'),
    dry_run: bool(true, 'Decide and show everything, move nothing.'),
    check_interval_minutes: int(5, 1, 60, 'Minutes between two runs.'),
    maintenance_nodes: strings(
      'Nodes to be emptied and left empty; `cluster/name` means the node of one cluster, `name` that of every one.',
    ),
    migration_poll_timeout_seconds: int(
      7200,
      60,
      86_400,
      'Seconds after which a migration that still runs counts as stuck.',
    ),
    rules,
    placement_rules: z
      .array(placementRule)
      .default([])
      .describe('Rules about guests by pool, name or vmid, beside those that their tags and HA name.'),
    safety_checks: safetyChecks,
    schedule,
  })
  .prefault({});
