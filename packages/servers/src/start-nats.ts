import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, type RunningServer, startProgram } from './running-server.ts';
import type { ServerBinary } from './server-binary.ts';

export type NatsOptions = {
  binary: ServerBinary;
  /** Holds its data, configuration and log. */
  dir: string;
  /** Default: a free one. */
  port?: number;
  /** Lines added to its configuration. */
  config?: string;
  /** `always` unless told: what it acknowledges is on disk. `default`: within two minutes. */
  sync?: 'always' | 'default';
  /** The most that JetStream may take of the disk, such as `4GB`; three quarters of what is free unless told. */
  max_file?: string;
};

/** Runs nats-server with JetStream on this machine only. */
export async function startNats({
  binary,
  dir,
  port: wanted,
  config = '',
  sync = 'always',
  max_file,
}: NatsOptions): Promise<RunningServer> {
  await mkdir(dir, { recursive: true });
  const port = wanted ?? (await freePort());
  const file = join(dir, 'nats.conf');
  const store = JSON.stringify(join(dir, 'jetstream'));
  const settings = [
    `store_dir: ${store}`,
    ...(sync === 'always' ? ['sync_interval: always'] : []),
    ...(max_file ? [`max_file: ${max_file}`] : []),
  ];
  const lines = [`listen: "127.0.0.1:${port}"`, `jetstream { ${settings.join(', ')} }`, config];
  await writeFile(file, `${lines.join('\n')}\n`);
  const program = { name: 'nats-server', binary, args: ['-c', file], log: join(dir, 'nats.log') };
  return startProgram(program, port, 'nats');
}
