import { createProxmox, type DirectAnswer, directTransport, type Proxmox, ProxmoxError } from '@evenkeel/proxmox';
import { createSimulator } from '@evenkeel/simulator';
import { drawFrom } from '../one-process/draw.ts';
import { labOf } from '../one-process/lab.ts';
import { token } from '../one-process/replica.ts';
import { garble } from './garble.ts';

export type Fuzzed = { answers: number; refused: number; broken: string[] };

const vm = { node: 'a', type: 'qemu', vmid: 101 } as const;

/** All that is ever read of a cluster. */
const callsOf = (proxmox: Proxmox, upid: string): Record<string, () => Promise<unknown>> => ({
  version: () => proxmox.version(),
  status: () => proxmox.status(),
  resources: () => proxmox.resources(),
  options: () => proxmox.options(),
  node_status: () => proxmox.node_status('a'),
  guest_config: () => proxmox.guest_config(vm),
  node_history: () => proxmox.node_history('a', 'hour'),
  guest_history: () => proxmox.guest_history(vm, 'hour'),
  ha_resources: () => proxmox.ha_resources(),
  ha_rules: () => proxmox.ha_rules(),
  maintenance_nodes: () => proxmox.maintenance_nodes(),
  backup_jobs: () => proxmox.backup_jobs(),
  cluster_tasks: () => proxmox.cluster_tasks(),
  node_tasks: () => proxmox.node_tasks('a', { source: 'all' }),
  task_status: () => proxmox.task_status(upid),
  task_log: () => proxmox.task_log(upid),
  migration_preconditions: () => proxmox.migration_preconditions(vm, 'b'),
  permissions: () => proxmox.permissions(),
});

/** Numbers that nobody can reckon with. */
function unreckonable(value: unknown, path = ''): string[] {
  if (typeof value === 'number') return Number.isFinite(value) ? [] : [`${path} is ${value}`];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => unreckonable(item, `${path}.${key}`));
}

/** Reads answers of which each is garbled in another way: what comes is an answer that can be reckoned with, or a ProxmoxError. */
export async function fuzzAnswers(seed: number, wanted: number): Promise<Fuzzed> {
  const simulator = createSimulator(labOf({ seed, approvals: [] }));
  simulator.advance(simulator.now() + 60_000);
  const draw = drawFrom(seed);
  const genuine = new Map<string, DirectAnswer>();
  const machine = { now: simulator.now, monotonic: simulator.now, sleep: async () => {} };
  let sent = '';
  const transport = directTransport((request) => {
    const key = `${request.method} ${request.path} ${JSON.stringify(request.query)}`;
    const answer = genuine.get(key) ?? { ...simulator.handle(request), delay_ms: 0 };
    genuine.set(key, answer);
    if (request.method !== 'GET' || answer.status !== 200) return answer;
    sent = garble(answer.body, draw);
    return { ...answer, headers: {}, body: sent };
  });
  const proxmox = createProxmox({ transport, token: `${token.id}=${token.secret}`, machine });
  const upid = await proxmox.migrate(vm, { target: 'b', online: true, with_local_disks: false, restart: false });
  simulator.advance(simulator.now() + 60_000);
  const calls = Object.entries(callsOf(proxmox, upid));
  const fuzzed: Fuzzed = { answers: 0, refused: 0, broken: [] };
  for (; fuzzed.answers < wanted; fuzzed.answers++) {
    const [name, call] = draw.one(calls);
    try {
      fuzzed.broken.push(...unreckonable(await call()).map((line) => `${name}${line} from ${sent.slice(0, 300)}`));
    } catch (error) {
      if (error instanceof ProxmoxError) fuzzed.refused++;
      else fuzzed.broken.push(`${name}: ${String(error)} from ${sent.slice(0, 300)}`);
    }
  }
  return fuzzed;
}
