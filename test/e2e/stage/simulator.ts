import { writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import type { DescriptionInput, Truth } from '@evenkeel/simulator';
import { startProgram } from './program.ts';
import { until } from './until.ts';

/** A simulated cluster in a process of its own, spoken to over HTTPS. */
export type SimulatorProcess = {
  port: number;
  fingerprint: string;
  truth: () => Promise<Truth>;
  /** Lets so many seconds of the cluster pass at once. */
  skip: (seconds: number) => Promise<void>;
  /** Stands still (SIGSTOP) until it goes on; its clock then tells what has passed. */
  hang: () => Promise<void>;
  goOn: () => Promise<void>;
  close: () => Promise<void>;
};

export async function simulate(dir: string, description: DescriptionInput, speed: number): Promise<SimulatorProcess> {
  const file = join(dir, 'cluster.json');
  await writeFile(file, JSON.stringify(description));
  const program = startProgram('simulate', ['simulate', file, '--port', '0', '--speed', `${speed}`], {});
  const [, port, fingerprint] = await until(
    'the simulator to listen',
    () => {
      if (program.isOver()) throw new Error(program.output());
      return /:(\d+)\nfingerprint (\S+)\n/.exec(program.output());
    },
    { tell: program.output },
  );
  const ask = (method: string, path: string, body?: object) => askJson(Number(port), method, path, body);
  return {
    port: Number(port),
    fingerprint: fingerprint!,
    truth: () => ask('GET', '/simulator/state') as Promise<Truth>,
    skip: async (skip_s) => void (await ask('POST', '/simulator/clock', { skip_s })),
    hang: async () => program.signal('SIGSTOP'),
    goOn: async () => program.signal('SIGCONT'),
    close: () => program.kill(),
  };
}

/** Its certificate is its own: this is the test talking to its own child on this machine. */
async function askJson(port: number, method: string, path: string, body?: object): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const options = { host: '127.0.0.1', port, method, path, rejectUnauthorized: false, agent: false as const };
  request(options, (response) => {
    let text = '';
    response.setEncoding('utf8').on('data', (part) => (text += part));
    response.on('error', reject).on('end', () => {
      if (response.statusCode === 200) resolve(JSON.parse(text));
      else reject(new Error(`${method} ${path}: ${response.statusCode} ${text}`));
    });
  })
    .on('error', reject)
    .end(body ? JSON.stringify(body) : undefined);
  return promise;
}
