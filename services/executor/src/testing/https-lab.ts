import { createMemoryLedger } from '@evenkeel/bus';
import type { ApprovedMigration } from '@evenkeel/contracts';
import { iso } from '@evenkeel/model';
import { createProxmox, httpsTransport, type ProxmoxError } from '@evenkeel/proxmox';
import {
  type Clock,
  createSimulator,
  type DescriptionInput,
  type Served,
  type Simulator,
  serve,
} from '@evenkeel/simulator';
import { rights } from './lab.ts';
import { planned } from './planned.ts';
import { createMemory, createProcess } from './process.ts';

const secret = '00000000-0000-4000-8000-000000000000';
const token = { id: 'e@pve!k', secret, privileges: { '/': rights } };

/** An executor before two nodes of a simulated cluster, over HTTPS with pinned certificates; time only passes by leaps. */
export async function openHttpsLab(description: Partial<DescriptionInput> = {}) {
  const simulator = createSimulator({
    name: 'lab',
    nodes: ['n1', 'n2', 'n3'].map((name) => ({ name })),
    storages: [{ name: 'ceph', type: 'rbd', shared: true }],
    guests: [{ vmid: 101, name: 'vm101', node: 'n1', memory_gib: 32 }],
    tokens: [token],
    ...description,
  });
  const clock: Clock = {
    speed: () => 1,
    setSpeed: () => {},
    tick: simulator.now,
    skip: (ms) => simulator.advance(simulator.now() + ms),
    stop: () => {},
  };
  const writes: string[] = [];
  const prompt: Simulator = {
    ...simulator,
    handle: (request) => {
      if (request.method !== 'GET') writes.push(`${request.method} ${decodeURIComponent(request.path)}`);
      return { ...simulator.handle(request), delay_ms: 0 };
    },
  };
  const front = (via: string, port = 0) => serve(prompt, { clock, via, port });
  const fronts: Served[] = [await front('n2'), await front('n3')];
  const hosts = fronts.map(({ port }) => `127.0.0.1:${port}`);
  const troubles: ProxmoxError[] = [];
  const transport = httpsTransport({
    hosts,
    fingerprints: fronts.map(({ fingerprint }) => fingerprint),
    connect_timeout_ms: 10_000,
  });
  const proxmox = createProxmox({
    token: `${token.id}=${secret}`,
    transport,
    heard: (error) => void (error && troubles.push(error)),
    machine: { now: simulator.now, monotonic: simulator.now, sleep: async () => {} },
    timeout_ms: 15_000,
  });
  const memory = createMemory();
  const time = {
    get now() {
      return simulator.now();
    },
  };
  const process = createProcess({ clock: time, proxmox }, createMemoryLedger(), memory);
  clock.skip(30_000);
  return {
    simulator,
    memory,
    writes,
    troubles,
    /** Of the certificates of the hosts: those that they show, and those that they will when they are renewed. */
    fingerprints: async () => ({
      shown: fronts.map(({ fingerprint }) => fingerprint),
      renewed: (await Promise.all(fronts.map(({ renewed }) => renewed()))).map(({ fingerprint }) => fingerprint),
    }),
    /** Ends a host; it comes back with the same certificate, or a new one. */
    leave: (i: number) => fronts[i]!.close(),
    comeBack: async (i: number, renewed = false) => {
      const { port, certificate } = fronts[i]!;
      fronts[i] = await serve(prompt, { clock, via: `n${i + 2}`, port, ...(renewed ? {} : { tls: { certificate } }) });
    },
    approve: async (vmid: number, from: string, to: string): Promise<ApprovedMigration> => {
      const at = simulator.now();
      const migration = planned(vmid, from, to, { approved_at: iso(at), expires_at: iso(at + 300_000) });
      await process.approve(migration);
      return migration;
    },
    pass: async (seconds: number, step = 8) => {
      for (let s = 0; s < seconds; s += step) {
        clock.skip(1_000 * step);
        await process.tick();
      }
    },
    nodeOf: (vmid: number) => simulator.inspect().guests.find((g) => g.vmid === vmid)?.node,
    close: async () => {
      await proxmox.close();
      await Promise.all(fronts.map((one) => one.close().catch(() => {})));
    },
  };
}
export type HttpsLab = Awaited<ReturnType<typeof openHttpsLab>>;
