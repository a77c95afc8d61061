import { join } from 'node:path';
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

/** Runs several nats-servers as one cluster on this machine, each with a store of its own that it syncs as by default. */
export async function startNatsCluster({ binary, dir, size = 3 }: ClusterOptions): Promise<NatsCluster> {
  const names = Array.from({ length: size }, (_, i) => `n${i + 1}`);
  const routes: number[] = [];
  for (const _ of names) routes.push(await freePort());
  const routed = routes.map((port) => `"nats://127.0.0.1:${port}"`).join(', ');
  const members = await Promise.all(names.map((name, i) => open(name, routes[i] as number)));

  async function open(name: string, route: number): Promise<Member> {
    const config = `server_name: ${name}\ncluster { name: local, listen: "127.0.0.1:${route}", routes: [${routed}] }`;
    const start = (port?: number): Promise<RunningServer> =>
      startNats({ binary, dir: join(dir, name), config, sync: 'default', ...(port === undefined ? {} : { port }) });
    let running = await start();
    const { url, port } = running;
    return {
      name,
      url,
      kill: () => running.kill(),
      start: async () => {
        running = await start(port);
      },
    };
  }

  return {
    url: members.map(({ url }) => url).join(','),
    members,
    close: async () => {
      await Promise.all(members.map(({ kill }) => kill()));
    },
  };
}
