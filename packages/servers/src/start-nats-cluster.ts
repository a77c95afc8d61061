import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, type RunningServer } from './running-server.ts';
import type { ServerBinary } from './server-binary.ts';
import { startNats } from './start-nats.ts';

export type ClusterOptions = {
  binary: ServerBinary;
  /** Holds a folder for each server. */
  dir: string;
  /** Servers; 3 unless told. */
  size?: number;
};

/** One server of a cluster, by the name that the others call it. */
export type Member = { name: string; url: string; kill: () => Promise<void>; start: () => Promise<void> };

export type NatsCluster = {
  /** All addresses, as a client takes them. */
  url: string;
  members: Member[];
  close: () => Promise<void>;
};

/** A server and where it tells what it knows of the others. */
type Watched = Member & { monitor: string };

/** How long servers may take to count each other, milliseconds; under load it is about one second. */
const patience_ms = 10_000;

/**
 * Runs several nats-servers as one cluster on this machine, each with a store of its own that it syncs as by default.
 * About one start in thirty of 2.10 ends with a leader that never counts one of them, although it is routed to it: such a cluster is thrown away.
 */
export async function startNatsCluster({ binary, dir, size = 3 }: ClusterOptions): Promise<NatsCluster> {
  const names = Array.from({ length: size }, (_, i) => `n${i + 1}`);
  for (let tries = 5; tries > 0; tries--) {
    const members = await openAll(names, binary, dir);
    const close = async () => {
      await Promise.all(members.map(({ kill }) => kill()));
    };
    if (await countEachOther(members)) return { url: members.map(({ url }) => url).join(','), members, close };
    await close();
    await Promise.all(names.map((name) => rm(join(dir, name), { recursive: true })));
  }
  throw new Error(`${size} nats-servers did not become one cluster`);
}

async function openAll(names: readonly string[], binary: ServerBinary, dir: string): Promise<Watched[]> {
  const routes: number[] = [];
  for (const _ of names) routes.push(await freePort());
  const routed = routes.map((port) => `"nats://127.0.0.1:${port}"`).join(', ');
  return Promise.all(names.map((name, i) => open(name, routes[i] as number)));

  async function open(name: string, route: number): Promise<Watched> {
    const http = `127.0.0.1:${await freePort()}`;
    const cluster = `cluster { name: local, listen: "127.0.0.1:${route}", routes: [${routed}] }`;
    const config = [`server_name: ${name}`, `http: "${http}"`, cluster].join('\n');
    const start = (port?: number): Promise<RunningServer> =>
      startNats({ binary, dir: join(dir, name), config, sync: 'default', ...(port === undefined ? {} : { port }) });
    let running = await start();
    const { url, port } = running;
    return {
      name,
      url,
      monitor: `http://${http}`,
      kill: () => running.kill(),
      start: async () => {
        running = await start(port);
      },
    };
  }
}

/** Whether every server knows a leader and as many servers as there are. */
async function countEachOther(members: readonly Watched[]): Promise<boolean> {
  for (const deadline = performance.now() + patience_ms; performance.now() < deadline; await sleep(100)) {
    const counted = await Promise.all(members.map(({ monitor }) => countedBy(monitor).catch(() => 0)));
    if (counted.every((servers) => servers === members.length)) return true;
  }
  return false;
}

async function countedBy(monitor: string): Promise<number> {
  const answer = await fetch(`${monitor}/jsz`);
  const { meta_cluster } = (await answer.json()) as { meta_cluster?: { leader?: string; cluster_size: number } };
  return meta_cluster?.leader ? meta_cluster.cluster_size : 0;
}
