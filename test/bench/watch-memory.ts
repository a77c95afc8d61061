import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Size } from './large-sample.ts';

const main = fileURLToPath(new URL('../../services/all-in-one/src/main.ts', import.meta.url));
const token = { id: 'evenkeel@pve!bench', secret: '00000000-0000-4000-8000-000000000000' };
const mib = 1024;

export type Memory = { peak_mib: number; steady_mib: number; samples: number; seconds: number; series_mib: number[] };

export type WatchOptions = {
  size: Size;
  /** How long it is watched, real seconds. */
  seconds: number;
  /** Simulated seconds per real second. */
  speed: number;
  /** Environment of the process that is watched: other servers, for one. */
  env?: Record<string, string>;
  /** Flags of its Node.js, to see what they bring. */
  flags?: string[];
};

/**
 * Memory of a real `evenkeel up` that watches a simulated cluster in another process over HTTPS: highest ever, and the
 * highest of the last third of the time; Linux only.
 */
export async function watchMemory({ size, seconds, speed, env, flags = [] }: WatchOptions): Promise<Memory> {
  const folder = mkdtempSync(join(tmpdir(), 'evenkeel-bench-'));
  const children: ChildProcess[] = [];
  try {
    const file = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text, { mode: 0o600 });
      return join(folder, name);
    };
    const simulator = run(children, [
      main,
      'simulate',
      file('cluster.yaml', clusterOf(size)),
      '--port',
      '0',
      '--speed',
      String(speed),
    ]);
    const { host, fingerprint } = await ready(simulator);
    const port = await freePort();
    const watched = run(
      children,
      [...flags, main, 'up', '-c', file('evenkeel.yaml', 'mode: auto\nautomated_migrations:\n  dry_run: false\n')],
      {
        EVENKEEL_PVE_HOSTS: host,
        EVENKEEL_PVE_FINGERPRINTS: fingerprint,
        EVENKEEL_PVE_READ_TOKEN_FILE: file('read', `${token.id}=${token.secret}`),
        EVENKEEL_PVE_WRITE_TOKEN_FILE: file('write', `${token.id}=${token.secret}`),
        EVENKEEL_HTTP_PORT: String(port),
        EVENKEEL_LOG_LEVEL: 'error',
        ...env,
      },
    );
    watched.stdout?.pipe(process.stderr);
    return await watch(watched, port, seconds);
  } finally {
    for (const child of children) child.kill();
    await Promise.all(children.map(ended));
    rmSync(folder, { recursive: true, force: true });
  }
}

async function watch(child: ChildProcess, port: number, seconds: number): Promise<Memory> {
  await untilSampled(port);
  const series: number[] = [];
  for (let second = 0; second < seconds; second++) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    if (child.exitCode !== null) throw new Error(`evenkeel has ended with ${child.exitCode}`);
    series.push(statusOf(child.pid!, 'VmRSS') / mib);
  }
  return {
    peak_mib: statusOf(child.pid!, 'VmHWM') / mib,
    steady_mib: Math.max(...series.slice(-Math.ceil(seconds / 3))),
    samples: await samplesOf(port),
    seconds,
    series_mib: series.map(Math.round),
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

async function untilSampled(port: number): Promise<void> {
  const deadline = performance.now() + 60_000;
  while ((await samplesOf(port)) === 0) {
    if (performance.now() > deadline) throw new Error('no sample within a minute');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Samples that the process has profiled, as its own metrics say. */
async function samplesOf(port: number): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`).catch(() => undefined);
  const text = (await answer?.text()) ?? '';
  const line = text
    .split('\n')
    .find((l) => /^evenkeel_events_handled_total.*"profiler".*cluster.sampled.*done/.test(l));
  return Number(line?.split(' ').at(-1) ?? 0);
}

/** Kibibytes of a field of the kernel's status of a process. */
function statusOf(pid: number, field: string): number {
  return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
}

function run(children: ChildProcess[], args: string[], env: Record<string, string> = {}): ChildProcess {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  return child;
}

/** Address and fingerprint, as the simulator prints them when it is ready. */
function ready(simulator: ChildProcess): Promise<{ host: string; fingerprint: string }> {
  return new Promise((resolve, reject) => {
    let text = '';
    simulator.once('exit', (code) => reject(new Error(`the simulator has ended with ${code}`)));
    simulator.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const [, host] = /https:\/\/(\S+)/.exec(text) ?? [];
      const [, fingerprint] = /fingerprint +(\S+)\n/.exec(text) ?? [];
      if (host && fingerprint) resolve({ host, fingerprint });
    });
  });
}

const ended = (child: ChildProcess): Promise<void> =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve()
    : new Promise((resolve) => child.once('exit', () => resolve()));

function clusterOf({ nodes, guests }: Size): string {
  return JSON.stringify({
    name: 'large',
    tokens: [
      {
        ...token,
        privileges: { '/': ['VM.Audit', 'VM.Migrate', 'Sys.Audit', 'Datastore.Audit', 'Pool.Audit', 'SDN.Audit'] },
      },
    ],
    nodes: Array.from({ length: nodes }, (_, n) => ({
      name: `pve${n + 1}`,
      threads: n % 4 === 0 ? 32 : 64,
      memory_gib: n % 4 === 0 ? 256 : 512,
    })),
    populate: { guests, seed: 3, layout: 'skewed', load: 'mixed', cpu: 0.5, memory: 0.45 },
  });
}
