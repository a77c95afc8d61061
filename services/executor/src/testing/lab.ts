import { createMemoryLedger } from '@evenkeel/bus';
import type { ApprovedMigration, ConfigInput } from '@evenkeel/contracts';
import { iso } from '@evenkeel/model';
import { createProxmox, directTransport } from '@evenkeel/proxmox';
import { createSimulator, type DescriptionInput } from '@evenkeel/simulator';
import { configOf } from './approval.ts';
import { planned } from './planned.ts';
import { createMemory, createProcess } from './process.ts';

const token = 'e@pve!k';
const secret = '00000000-0000-4000-8000-000000000000';
export const rights = ['VM.Audit', 'VM.Migrate', 'Sys.Audit', 'Datastore.Audit', 'Pool.Audit', 'VM.GuestAgent.Audit'];

export type Lab = ReturnType<typeof createLab>;

/** An executor before the simulated cluster, through the real client; nodes n1, n2 and n3 unless told. */
export function createLab(description: Partial<DescriptionInput>, privileges = rights, config: ConfigInput = {}) {
  const simulator = createSimulator({
    name: 'lab',
    nodes: ['n1', 'n2', 'n3'].map((name) => ({ name })),
    storages: [{ name: 'ceph', type: 'rbd', shared: true }],
    tokens: [
      { id: token, secret, privileges: { '/': privileges } },
      { id: 'root@pam!me', secret, privileges: { '/': [...rights, 'Sys.Modify'] } },
    ],
    ...description,
  });
  const writes: string[] = [];
  const drift = { ms: 0 };
  const machine = { now: simulator.now, monotonic: () => simulator.now() + drift.ms, sleep: async () => {} };
  const transport = directTransport(
    (request) => {
      if (request.method !== 'GET') writes.push(`${request.method} ${decodeURIComponent(request.path)}`);
      return { ...simulator.handle(request), delay_ms: 0 };
    },
    { sleep: async () => {} },
  );
  const proxmox = createProxmox({ token: `${token}=${secret}`, transport, machine });
  const clock = {
    get now() {
      return simulator.now();
    },
  };
  const memory = createMemory();
  const ledger = createMemoryLedger();
  const open = () => createProcess({ clock, proxmox }, ledger, memory, undefined, configOf(config));
  const process = open();
  /** An approval of now, for a guest of the cluster. */
  const approve = async (vmid: number, from: string, to: string, more: Partial<ApprovedMigration> = {}) => {
    const at = simulator.now();
    const guest = simulator.inspect().guests.find((g) => g.vmid === vmid)!;
    const type = guest.id.startsWith('lxc/') ? ('lxc' as const) : ('qemu' as const);
    const named = { type, guest: guest.id as `qemu/${string}`, approved_at: iso(at), expires_at: iso(at + 300_000) };
    const kind = type === 'lxc' ? 'restart_migration' : 'live_migration';
    const migration = planned(vmid, from, to, { ...named, ...more }, kind);
    await process.approve(migration);
    return migration;
  };
  const pass = async (seconds: number) => {
    for (let s = 0; s < seconds; s += 2) {
      simulator.advance(simulator.now() + 2000);
      await process.tick();
    }
  };
  const nodeOf = (vmid: number) => simulator.inspect().guests.find((g) => g.vmid === vmid)?.node;
  /** The clock of the cluster is set: from its next answer on it is so much behind what this machine has counted. */
  const setBack = (seconds: number) => {
    drift.ms += 1000 * seconds;
  };
  simulator.advance(simulator.now() + 30_000);
  return { simulator, proxmox, writes, memory, ledger, approve, pass, nodeOf, setBack, tick: process.tick };
}

/** The call of a person in the web interface. */
export function byHand(lab: Lab, method: 'POST' | 'DELETE', path: string, form: Record<string, string> = {}) {
  const authorization = `PVEAPIToken=root@pam!me=${secret}`;
  return lab.simulator.handle({ method, path: `/api2/json${path}`, query: {}, form, authorization });
}
