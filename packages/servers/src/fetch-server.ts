import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findUnpacked, type ServerBinary, type ServerName } from './server-binary.ts';

const run = promisify(execFile);

/** What to take, and from which release of Debian: its nats-server must be newer than that of most machines. */
const wanted = {
  'nats-server': { suite: 'trixie', packages: ['nats-server'], spare: [] },
  'redis-server': {
    suite: 'own',
    packages: ['redis-server', 'redis-tools', 'libjemalloc2', 'liblzf1'],
    spare: ['libatomic1', 'libssl3', 'libsystemd0'],
  },
} as const;

/**
 * Takes a server's packages from where this machine's own apt takes its packages, and unpacks them into `folder`; neither root nor
 * the machine's own state of apt is touched. Throws with apt's own words where that fails.
 */
export async function fetchServer(name: ServerName, folder: string): Promise<ServerBinary> {
  await mkdir(folder, { recursive: true });
  const work = await mkdtemp(join(folder, `.${name}-`));
  try {
    const codename = await ownCodename();
    const suite = wanted[name].suite === 'own' ? codename : wanted[name].suite;
    const apt = await prepareApt(work, codename, suite);
    await apt(['update']);
    const root = join(work, 'root');
    await unpack(apt, work, root, wanted[name].packages);
    if (!(await findUnpacked(name, root))) await unpack(apt, work, root, wanted[name].spare);
    if (!(await findUnpacked(name, root))) throw new Error(`${name} of ${suite} does not run on this machine`);
    await rm(join(folder, name), { recursive: true, force: true });
    await rename(root, join(folder, name));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return (await findUnpacked(name, join(folder, name))) as ServerBinary;
}

type Apt = (args: string[]) => Promise<string>;

async function prepareApt(work: string, codename: string, suite: string): Promise<Apt> {
  const { mirror, components } = await ownMirror(codename);
  await Promise.all(
    ['lists/partial', 'cache/archives/partial'].map((path) => mkdir(join(work, path), { recursive: true })),
  );
  const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
  const signed = await access(keyring).then(
    () => `[signed-by=${keyring}] `,
    () => '',
  );
  await writeFile(join(work, 'sources.list'), `deb ${signed}${mirror} ${suite} ${components.join(' ')}\n`);
  await writeFile(join(work, 'status'), '');
  const settings = [
    `Dir::State=${work}`,
    `Dir::State::lists=${join(work, 'lists')}`,
    `Dir::State::status=${join(work, 'status')}`,
    `Dir::Cache=${join(work, 'cache')}`,
    `Dir::Etc::sourcelist=${join(work, 'sources.list')}`,
    'Dir::Etc::sourceparts=-',
    'APT::Sandbox::User=root',
    'Acquire::Languages=none',
    'Acquire::Retries=2',
    'Acquire::http::Timeout=20',
    'Acquire::https::Timeout=20',
  ].flatMap((setting) => ['-o', setting]);
  return async (args) => (await run('apt-get', [...settings, ...args], { cwd: work, timeout: 120_000 })).stdout;
}

async function unpack(apt: Apt, work: string, root: string, packages: readonly string[]): Promise<void> {
  if (packages.length === 0) return;
  await apt(['download', ...packages]);
  for (const file of (await readdir(work)).filter((name) => name.endsWith('.deb'))) {
    await run('dpkg', ['-x', join(work, file), root]);
    await rm(join(work, file));
  }
}

async function ownCodename(): Promise<string> {
  const release = await readFile('/etc/os-release', 'utf8');
  const codename = /^VERSION_CODENAME="?([\w-]+)/mu.exec(release)?.[1];
  if (!codename) throw new Error('this machine does not say which release of Debian it is');
  return codename;
}

async function ownMirror(codename: string): Promise<{ mirror: string; components: string[] }> {
  const { stdout } = await run('apt-get', ['update', '--print-uris'], { timeout: 20_000 });
  const lists = [...stdout.matchAll(/^'(\S+?)\/dists\/([^/']+)\/([^/']+)\/binary-/gmu)];
  const own = lists.filter(([, , suite]) => suite === codename);
  const mirror = own[0]?.[1];
  if (!mirror) throw new Error(`apt on this machine knows no source for ${codename}`);
  return { mirror, components: [...new Set(own.flatMap(([, uri, , part]) => (uri === mirror && part ? [part] : [])))] };
}
