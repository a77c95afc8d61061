import type { ApprovedMigration, Config } from '@evenkeel/contracts';
import { gib } from '@evenkeel/model';
import type { StorageRow } from '@evenkeel/proxmox';
import { containerNeeds } from './container-needs.ts';
import type { Look } from './preflight.ts';

const no = (code: string, reason: string) => ({ code, reason });

/** Bytes of the disks that travel along, by the storage of the target that takes them. */
function landingBytes({ migration_plan: plan, type }: ApprovedMigration, look: Look): Map<string, number> {
  const { preconditions, copied } = look;
  if (copied) return new Map();
  const needs = containerNeeds(type, look);
  if (needs) return new Map(Object.entries(needs.local_storage_bytes ?? {}));
  const sums = new Map<string, number>();
  for (const { volid, size } of preconditions?.local_disks ?? []) {
    const storage = volid.slice(0, Math.max(0, volid.indexOf(':')));
    const lands = plan.storage_map?.[storage] ?? storage;
    sums.set(lands, (sums.get(lands) ?? 0) + (size ?? 0));
  }
  return sums;
}

/** Why the disks that travel along cannot come to lie where the plan says, or null. */
export function disksLand(
  migration: ApprovedMigration,
  look: Look,
  config: Config,
): { code: string; reason: string } | null {
  const { target_node: target, guest, migration_plan: plan } = migration;
  const mapped = Object.values(plan.storage_map ?? {});
  if (mapped.length > 0 && look.services.has(guest))
    return no('not_allowed', `${guest} is under HA by now, which takes disks only to a storage of the same name`);
  const rows = new Map(look.storages.filter(({ node }) => node === target).map((row) => [row.storage, row]));
  const gone = mapped.find((storage) => !rows.get(storage)?.active);
  if (gone !== undefined) return no('not_allowed', `storage ${gone} of its plan is not available on ${target}`);
  const reserve = config.automated_migrations.safety_checks.min_storage_free_percent;
  for (const [storage, bytes] of landingBytes(migration, look)) {
    const row = rows.get(storage);
    const tight = row && isTight(row, bytes, reserve / 100);
    if (tight)
      return no('target_full', `${target} has ${tight} for ${gib(bytes)} of disks, ${reserve} % must stay free`);
  }
  return null;
}

function isTight({ storage, disk, maxdisk }: StorageRow, bytes: number, reserve: number): string | null {
  if (disk === undefined || !maxdisk || maxdisk - disk - bytes >= reserve * maxdisk) return null;
  return `${gib(maxdisk - disk)} of ${gib(maxdisk)} free on storage ${storage}`;
}
