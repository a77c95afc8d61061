import type { Outgoing } from '@evenkeel/bus';
import { type ApprovedMigration, migrationApproved } from '@evenkeel/contracts';
import { envelope } from '@evenkeel/runtime';
import { approval, planned } from '../../../services/executor/src/testing/index.ts';
import { guests } from './lab.ts';
import { cluster } from './replica.ts';
import type { Approval, Trouble } from './trial.ts';

const iso = (time: number): string => new Date(time).toISOString();

export type Told = { migration: ApprovedMigration; outgoing: Outgoing };

/** What was approved, and the event that says so. */
export function tellApproval(
  one: Approval,
  { begin, revision, plans }: { begin: number; revision: string; plans: boolean },
): Told {
  const approved = begin + one.after_s * 1000;
  const isContainer = guests.find(({ vmid }) => vmid === one.vmid)?.isContainer === true;
  const given = (plans ? planned : approval)(one.vmid, one.from, one.to);
  const migration: ApprovedMigration = {
    ...given,
    approved_at: iso(approved),
    sampled_at: iso(approved - (one.sampled_s ?? 10) * 1000),
    expires_at: iso(approved + (one.expires_s ?? 300) * 1000),
    ...(one.companions && { companions: one.companions.map((vmid) => `qemu/${vmid}` as const) }),
    ...(isContainer ? { guest: `lxc/${one.vmid}`, type: 'lxc' } : {}),
    migration_plan: {
      ...given.migration_plan,
      migration_type: isContainer ? 'restart_migration' : 'live_migration',
    },
  };
  const said = migrationApproved.of({ migration }, iso(approved));
  const service = 'filter-pipeline';
  const outgoing = envelope(migrationApproved, said, { service, cluster, trace: '', config_revision: revision });
  return { migration, outgoing };
}

type Poison = Extract<Trouble, { do: 'poison' }>['how'];

/** A message like that of an approval, but of the kind that nobody can make sense of. */
export function tellPoison(how: Poison, { event, ...rest }: Outgoing, nth: number): Outgoing {
  const id = `poison/${nth}`;
  const spoilt: Record<Poison, object> = {
    'no data': { data: null },
    'wrong data': { data: { migration: { vmid: 'all of them' } } },
    'unknown type': { type: 'dev.evenkeel.migration.wished.v1' },
    'unknown version': { type: 'dev.evenkeel.migration.approved.v99' },
  };
  return { ...rest, once: false, message_id: id, event: { ...event, id, ...spoilt[how] } };
}
