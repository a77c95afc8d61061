import { z } from 'zod';
import { ClusterName } from '../cluster.ts';
import { automatedMigrations } from './automated-migrations.ts';
import { checkTogether } from './check-together.ts';
import { intelligentMigrations } from './intelligent-migrations.ts';
import { migrationChecks } from './migration-checks.ts';
import { penaltyConfig } from './penalty-config.ts';
import { scalingAdvice } from './scaling-advice.ts';
import { bool, float, int, timeZone } from './section.ts';

const host = z
  .string()
  .regex(/^[^\s/@?#]+$/, 'a host name or address, with :port where it is not 8006, without https:// or a path');
const fingerprint = z
  .string()
  .regex(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/i, 'a SHA-256 fingerprint, 32 bytes in hex with colons');

const tokenFile = z
  .string()
  .refine(
    (text) => !/^[^\s/]+@[^\s/]+![^\s/]+=/.test(text),
    'the path of a file that holds the token, never the token',
  );

/** What configurations are kept under in the ledger, beside clusters by their names. */
const reserved = /^config(_offer)?$/;

const cluster = z.strictObject({
  name: ClusterName.refine(
    (name) => !reserved.test(name),
    'a name other than config and config_offer, which Evenkeel uses itself',
  ).describe('What the cluster is called in events, metrics and subjects.'),
  hosts: z.array(host).min(1).describe('Addresses of its API, tried in this order.'),
  fingerprints: z.array(fingerprint).default([]).describe('Certificates to trust, by SHA-256.'),
  ca_file: z.string().optional().describe('CA certificate to trust (PEM), such as /etc/pve/pve-root-ca.pem.'),
  read_token_file: tokenFile.optional().describe('File with USER@REALM!TOKENID=UUID for reading.'),
  write_token_file: tokenFile
    .optional()
    .describe('File with the token of the executor; without it nothing can be moved.'),
  timezone: timeZone.default('UTC').describe('IANA time zone in which its hours of the day are learned.'),
});

const thresholds = z
  .strictObject({
    cpu: int(60, 10, 95, 'CPU of a node above which it counts as loaded, percent.'),
    mem: int(70, 10, 95, 'Memory of a node above which it counts as loaded, percent.'),
    iowait: int(30, 5, 60, 'IO wait of a node above which it counts as loaded, percent.'),
  })
  .prefault({});

const distribution = z
  .strictObject({
    enabled: bool(
      false,
      'Also even out the number of guests per node, by small ones, wherever that makes load no worse.',
    ),
    guest_count_threshold: int(2, 1, 10, 'Difference in guests between two nodes up to which nothing is done.'),
    max_cpu_cores: int(2, 0, 32, 'Only guests with at most so many vCPUs; 0 means any.'),
    max_memory_gb: int(4, 0, 256, 'Only guests with at most so much memory, GiB; 0 means any.'),
  })
  .prefault({});

const collection = z
  .strictObject({
    sample_interval_seconds: int(30, 10, 300, 'Seconds between two looks at the cluster.'),
    backfill: bool(true, 'Read what Proxmox remembers of nodes and guests when they are first seen.'),
    backfill_requests_per_second: float(5, 0.1, 100, 'Most requests a second while backfilling.'),
  })
  .prefault({});

const costModel = z
  .strictObject({
    link_mib_per_second: float(112, 1, 100_000, 'Throughput of a migration until it has been measured, MiB/s.'),
    overhead_seconds: float(6, 0, 120, 'Fixed time of a migration until it has been measured, seconds.'),
    dirty_mib_per_second: float(
      20,
      0,
      10_000,
      'Memory that a guest is taken to write when all its vCPUs are busy, MiB/s.',
    ),
    downtime_price: float(2, 0, 1000, 'Penalty-point-hours that a second of downtime costs.'),
    container_downtime_seconds: float(20, 1, 600, 'Downtime of a container that restarts, until it has been measured.'),
    benefit_horizon_hours: float(24, 0.5, 168, 'Hours for which a benefit counts at most.'),
  })
  .prefault({});

const risk = z
  .strictObject({
    memory_gib: float(32, 1, 4096, 'A guest with more memory is high risk, GiB.'),
    vcpus: int(16, 1, 512, 'A guest with more vCPUs is high risk.'),
    share_of_target: float(
      0.5,
      0.05,
      1,
      'A guest that takes more of its target is high risk, fraction of its memory or threads.',
    ),
    local_disk_gib: float(100, 0, 65_536, 'More on local disks is high risk, GiB.'),
    local_disks: int(2, 0, 64, 'More local disks are high risk.'),
    disk_write_mib_per_second: float(50, 1, 10_000, 'A guest that writes more is high risk, MiB/s.'),
  })
  .prefault({});

const node = z.strictObject({
  speed_factor: float(1, 0.1, 10, 'Work of one thread relative to the other nodes.'),
  memory_reserve_gib: float(0, 0, 1024, 'Memory kept for the host itself, such as ZFS or Ceph, GiB.'),
  ignore: bool(false, 'Neither source nor target.'),
});

export const Config = z
  .strictObject({
    clusters: z.array(cluster).default([]).describe('The clusters to watch.'),
    mode: z
      .enum(['observe', 'recommend', 'approve', 'auto'])
      .default('observe')
      .describe('How far Evenkeel goes by itself: look, recommend, ask, or act.'),
    collection,
    recommendation_thresholds: thresholds,
    intelligent_migrations: intelligentMigrations,
    penalty_config: penaltyConfig,
    distribution_balancing: distribution,
    scaling_advice: scalingAdvice,
    automated_migrations: automatedMigrations,
    migration_checks: migrationChecks,
    cost_model: costModel,
    risk,
    nodes: z
      .record(z.string(), node)
      .default({})
      .describe(
        'What is special about a node, by its name; what stands under `cluster/name` takes the place of all that stands under `name`.',
      ),
  })
  .check(checkTogether);

export type Config = z.output<typeof Config>;
export type ConfigInput = z.input<typeof Config>;
export type ClusterConfig = z.output<typeof cluster>;
