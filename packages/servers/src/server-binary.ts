import { execFile } from 'node:child_process';
import { access, constants, readdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export type ServerName = 'nats-server' | 'redis-server';

/** A program that answered with its version when it was asked. */
export type ServerBinary = { command: string; env: Record<string, string>; version: string };

/** The oldest version that has what Evenkeel needs: several filters per consumer in NATS, scripts in Redis. */
const oldest: Record<ServerName, [number, number]> = { 'nats-server': [2, 10], 'redis-server': [6, 2] };

/** Null where it does not start, or is too old. */
async function askVersion(name: ServerName, command: string, env = {}): Promise<ServerBinary | null> {
  try {
    const { stdout } = await run(command, ['--version'], { env: { ...process.env, ...env }, timeout: 10_000 });
    const [version, major, minor] = /(\d+)\.(\d+)\.\d+/u.exec(stdout) ?? [];
    const [needMajor, needMinor] = oldest[name];
    const isNew = Number(major) > needMajor || (Number(major) === needMajor && Number(minor) >= needMinor);
    return version && isNew ? { command, env, version } : null;
  } catch {
    return null;
  }
}

export async function findOnPath(name: ServerName): Promise<ServerBinary | null> {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  for (const folder of folders.filter((path) => path.startsWith('/'))) {
    const command = join(folder, name);
    const runs = await access(command, constants.X_OK).then(
      () => askVersion(name, command),
      () => null,
    );
    if (runs) return runs;
  }
  return null;
}

/** In a folder into which packages were unpacked, with the libraries that lie beside it. */
export async function findUnpacked(name: ServerName, root: string): Promise<ServerBinary | null> {
  const libraries = await readdir(join(root, 'usr/lib')).catch((): string[] => []);
  const paths = libraries.filter((folder) => folder.includes('-linux-')).map((folder) => join(root, 'usr/lib', folder));
  const env: Record<string, string> = paths.length > 0 ? { LD_LIBRARY_PATH: paths.join(delimiter) } : {};
  const inSbin = await askVersion(name, join(root, 'usr/sbin', name), env);
  return inSbin ?? (await askVersion(name, join(root, 'usr/bin', name), env));
}
