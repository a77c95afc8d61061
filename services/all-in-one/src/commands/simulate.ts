import { accessSync, constants, statSync, writeFileSync } from 'node:fs';
import { example, serveFile } from '@evenkeel/simulator';
import { type Command, InvalidArgumentError } from 'commander';
import { unreadable } from './read-setup.ts';

export const numberIn = (min: number, max: number) => (text: string) => {
  const n = Number(text);
  if (!Number.isFinite(n) || n < min || n > max)
    throw new InvalidArgumentError(`must be a number from ${min} to ${max}`);
  return n;
};

/** Reads what is counted; InvalidArgumentError where it is no whole number within the range. */
export const wholeNumberIn = (min: number, max: number) => (text: string) => {
  const n = Number(text);
  if (!Number.isInteger(n) || n < min || n > max)
    throw new InvalidArgumentError(`must be a whole number from ${min} to ${max}`);
  return n;
};

/** The path of a file that can be read, else a UsageError. */
export function readable(file: string): string {
  try {
    accessSync(file, constants.R_OK);
  } catch (error) {
    throw unreadable(file, (error as NodeJS.ErrnoException).code);
  }
  if (statSync(file).isDirectory()) throw unreadable(file, 'EISDIR');
  return file;
}

type Options = { host: string; port: number; speed?: number; name: string; caFile?: string };

export function addSimulate(program: Command): void {
  program
    .command('simulate')
    .description('serve a simulated Proxmox VE cluster over HTTPS, as the real API speaks')
    .argument('[file]', 'the cluster to simulate, YAML; by default a homelab of four nodes')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <port>', 'port, 0 for any', wholeNumberIn(0, 65_535), 8006)
    .option(
      '--speed <factor>',
      'simulated seconds per real second, 1 to 300; by default as the file says',
      numberIn(1, 300),
    )
    .option('--name <host name>', 'host name that its certificate holds for', 'localhost')
    .option('--ca-file <file>', 'where to write the certificate to trust (PEM)')
    .action(async (file: string | undefined, options: Options) => {
      const served = await serveFile(readable(file ?? example('homelab')), {
        host: options.host,
        port: options.port,
        tls: { names: [options.name] },
        start: 'now',
        ...(options.speed === undefined ? {} : { speed: options.speed }),
      });
      if (options.caFile) writeFileSync(options.caFile, served.ca);
      const tokens = served.simulator.description.tokens.map(({ id, secret }) => `token       ${id}=${secret}`);
      process.stdout.write(
        `${[`url         ${served.url}`, `fingerprint ${served.fingerprint}`, ...tokens].join('\n')}\n`,
      );
      await new Promise<void>((resolve) => process.once('SIGTERM', resolve).once('SIGINT', resolve));
      await served.close();
    });
}
