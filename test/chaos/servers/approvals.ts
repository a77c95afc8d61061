import { type Bus, seeded } from '@evenkeel/bus';
import { migrationApproved } from '@evenkeel/contracts';
import { envelope, nameOfType } from '@evenkeel/runtime';
import type { Simulator } from '@evenkeel/simulator';
import { approval } from '../../../services/executor/src/testing/index.ts';
import { vmids } from './quick-cluster.ts';

type Approving = {
  /** Approves moves until so many are not over. */
  fill: (open: number) => Promise<void>;
  /** Those that have no end yet. */
  open: () => Promise<string[]>;
};

const isEnd = (type: string): boolean => /^migration\.(completed|failed|refused)$/.test(nameOfType(type));

/** Approves moves of guests that are where they are, as the filter pipeline would, one of each guest at a time. */
export function createApprovals(bus: Bus, simulator: Simulator, revision: string, seed: number): Approving {
  const next = seeded(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(next() * items.length)] as T;
  const pending = new Map<string, number>();
  let read = 1;
  let said = 0;

  const hearEnds = async () => {
    for await (const { event, sequence } of bus.read('decisions', ['evenkeel.v1.decisions.>'], read)) {
      read = sequence + 1;
      const { migration } = event.data as { migration?: { migration_id: string } };
      if (migration && isEnd(event.type)) pending.delete(migration.migration_id);
    }
  };
  const approveOne = async () => {
    const { now, guests, nodes } = simulator.inspect();
    const busy = [...pending.values()];
    const vmid = pick(vmids.filter((one) => !busy.includes(one)));
    const from = guests.find((guest) => guest.vmid === vmid)!.node;
    const to = pick(nodes.map(({ node }) => node).filter((node) => node !== from));
    const at = new Date(now).toISOString();
    const migration_id = `stage-${++said}.qemu-${vmid}`;
    const expires_at = new Date(now + 600_000).toISOString();
    const migration = approval(vmid, from, to, {
      cluster: 'stage',
      migration_id,
      approved_at: at,
      sampled_at: at,
      expires_at,
    });
    const circumstances = { service: 'filter-pipeline', cluster: 'stage', trace: '', config_revision: revision };
    await bus.publish(envelope(migrationApproved, migrationApproved.of({ migration }, at), circumstances));
    pending.set(migration_id, vmid);
  };
  return {
    fill: async (open) => {
      await hearEnds();
      while (pending.size < open) await approveOne();
    },
    open: async () => {
      await hearEnds();
      return [...pending.keys()];
    },
  };
}
