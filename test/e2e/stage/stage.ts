import { writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { join } from 'node:path';
import { type Bus, connectNats } from '@evenkeel/bus';
import { type CloudEvent, type ConfigInput, recommended } from '@evenkeel/contracts';
import { readToken, writeToken } from './cluster.ts';
import { type Program, startProgram } from './program.ts';
import type { Servers } from './servers.ts';
import { until } from './until.ts';

export const names = [
  'collector',
  'profiler',
  'scorer',
  'recommender',
  'filter-pipeline',
  'executor',
  'outcome-tracker',
] as const;
export type ServiceName = (typeof names)[number];

export type Stage = {
  servers: StageServers;
  bus: Bus;
  /** The process that runs a service now. */
  of: (name: ServiceName) => Program;
  start: (name: ServiceName, env?: Record<string, string>, file?: string) => Program;
  /** Every service in one process. */
  startAllInOne: () => Program;
  /** Starts services and waits until each says that it has. */
  startAll: (which?: readonly ServiceName[]) => Promise<void>;
  configure: (config: ConfigInput) => Promise<void>;
  /** Answer of /readyz. */
  ready: (program: Program) => Promise<{ status: number; text: string }>;
  /** Decisions so far, in the order in which they were stored. */
  decisions: () => Promise<CloudEvent[]>;
  /** What every process wrote, shortened, for the message of a failure. */
  story: () => string;
  close: () => Promise<void>;
};

type StageServers = Pick<Servers, 'dir' | 'redis'> & { nats: { url: string } };

export type StageOptions = {
  servers: StageServers;
  /** Where the cluster listens on this machine; none where no service asks it. */
  proxmox?: { port: number; fingerprint: string };
  config?: ConfigInput;
  env?: Record<string, string>;
  /** Copies of each stream; 1 unless told. */
  replicas?: 1 | 3;
};

export const clusterName = 'stage';

/** Services as processes on real servers, before a cluster that listens on this machine. */
export async function openStage({
  servers,
  proxmox,
  config = {},
  env = {},
  replicas = 1,
}: StageOptions): Promise<Stage> {
  const file = join(servers.dir, 'evenkeel.json');
  const reach = proxmox && { hosts: [`127.0.0.1:${proxmox.port}`], fingerprints: [proxmox.fingerprint] };
  const clusters = [{ name: clusterName, hosts: ['simulator'], ...reach }];
  /** The preset; what is new is not distrusted, since nothing here has a past. */
  const penalty_config = { ...recommended.penalty_config, newcomer_markup: 0 };
  const configure = (next: ConfigInput) =>
    writeFile(file, JSON.stringify({ ...recommended, penalty_config, clusters, ...next }));
  await configure(config);
  const bus = await connectNats({ servers: servers.nats.url, name: 'e2e', replicas });
  const started: Program[] = [];
  const running = new Map<ServiceName, Program>();
  const base = {
    EVENKEEL_CONFIG: file,
    EVENKEEL_NATS_URL: servers.nats.url,
    EVENKEEL_NATS_REPLICAS: `${replicas}`,
    EVENKEEL_REDIS_URL: servers.redis.url,
    EVENKEEL_HTTP_PORT: '0',
    EVENKEEL_PVE_CLUSTER: clusterName,
    EVENKEEL_PVE_READ_TOKEN: readToken,
    EVENKEEL_PVE_WRITE_TOKEN: writeToken,
    ...env,
  };
  const start = (name: ServiceName, more: Record<string, string> = {}, file?: string) => {
    const program = startProgram(name, ['run', name], { ...base, ...more }, file);
    started.push(program);
    running.set(name, program);
    return program;
  };
  return {
    servers,
    bus,
    startAllInOne: () => {
      const program = startProgram('up', ['up'], base);
      started.push(program);
      for (const name of names) running.set(name, program);
      return program;
    },
    of: (name) => running.get(name)!,
    start,
    startAll: async (which = names) => {
      await Promise.all(which.map((name) => hasStarted(start(name))));
    },
    configure,
    ready: async (program) => askReady(await hasStarted(program)),
    decisions: () => Array.fromAsync(bus.read('decisions', ['evenkeel.v1.decisions.>']), ({ event }) => event),
    story: () => started.map((p) => `--- ${p.name} (${p.pid})\n${p.output().slice(-2000)}`).join('\n'),
    close: async () => {
      await Promise.all(started.map((program) => program.kill()));
      await bus.close();
    },
  };
}

/** Port of its health, once it has started; throws where it ends before that. */
export function hasStarted(program: Program): Promise<number> {
  return until(
    `${program.name} to start`,
    () => {
      if (program.isOver()) throw new Error(`${program.name} ended: ${program.output()}`);
      return program.lines().find(({ msg }) => msg === 'started')?.port as number | undefined;
    },
    { tell: program.output, every_ms: 50, seconds: 180 },
  );
}

/** Answer of /readyz. */
export function askReady(port: number): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path: '/readyz?verbose', agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part) => (text += part));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    }).on('error', reject);
  });
}
