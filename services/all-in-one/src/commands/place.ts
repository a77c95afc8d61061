import { clusterScored } from '@evenkeel/contracts';
import { brokenRules, type NewGuest, type Placed, placeGuest } from '@evenkeel/recommender/place';
import type { Command } from 'commander';
import { printable, safe } from '../demo/tell.ts';
import { type AskOptions, askBus, lastOf } from './ask-bus.ts';
import { columns, percent, points } from './columns.ts';
import { UsageError } from './fail.ts';
import { numberIn, wholeNumberIn } from './simulate.ts';

type Options = AskOptions & {
  cpu: number;
  mem: number;
  load?: number;
  memUsed?: number;
  tag: string[];
  storage: string[];
  disk?: number;
  type: string;
  name?: string;
  pool?: string;
};

const collect = (value: string, all: string[]): string[] => [...all, ...value.split(/[;,]/).filter(Boolean)];

const notes = `
Loads are those that the guests' profiles predict: CPU at the busiest hour with bursts, memory in use. Limits are those of
automated_migrations.safety_checks, N+1 included where it is required; room on a storage is asked for only with --disk. Tags and placement_rules
mean what they mean for guests that exist. Exit code 1 where no node can take it.

  evenkeel place --cpu 4 --mem 8
  evenkeel place --cpu 8 --mem 32 --load 60 --tag exclude_db --storage ceph --disk 200`;

export function addPlace(program: Command): void {
  program
    .command('place')
    .description('the best node for a new guest: what each node would be with it, and why not')
    .requiredOption('--cpu <n>', 'vCPUs', wholeNumberIn(1, 1024))
    .requiredOption('--mem <GiB>', 'memory that it is given', numberIn(0.0625, 65_536))
    .option(
      '--load <percent>',
      'CPU that it will use, percent of its vCPUs; by default as the guests there do',
      numberIn(0, 100),
    )
    .option('--mem-used <GiB>', 'memory that it will use; by default all of it', numberIn(0, 65_536))
    .option('--tag <tag>', 'a tag that it will have; may be said again', collect, [])
    .option('--name <name>', 'its name, where placement_rules go by it')
    .option('--pool <pool>', 'the pool that it will be in, where placement_rules go by it')
    .option('--storage <name>', 'a storage that it needs; may be said again', collect, [])
    .option('--disk <GiB>', 'size of its disks, on the first --storage', numberIn(0, 1_048_576))
    .option('--type <type>', 'qemu or lxc', 'qemu')
    .option('-c, --config <file>', 'configuration file, YAML or JSON')
    .option('--cluster <name>', 'cluster, where there are several')
    .option('--json', 'print every node as JSON')
    .addHelpText('after', notes)
    .action(async (options: Options) => {
      if (options.type !== 'qemu' && options.type !== 'lxc')
        throw new UsageError(`type ${JSON.stringify(options.type)} is neither qemu nor lxc`);
      if ((options.memUsed ?? 0) > options.mem) throw new UsageError('--mem-used is more than --mem');
      if (options.disk !== undefined && options.storage.length === 0)
        throw new UsageError('--disk needs a --storage to lie on');
      await askBus('place', options, async (asked) => {
        const { data, config } = await lastOf(clusterScored, asked);
        const guest = newGuest(options, usualLoad(data.sample.guests));
        const nodes = placeGuest({ ...data, config }, guest);
        const best = nodes.find((n) => n.refused === undefined)?.node ?? null;
        const broken = brokenRules({ ...data, config }, guest);
        process.stdout.write(
          options.json
            ? `${JSON.stringify({ cluster: data.sample.cluster, at: data.sample.at, guest, best, broken_rules: broken, nodes }, null, 2)}\n`
            : sayPlaces(nodes, guest, data.sample.at, broken),
        );
        if (best === null) process.exitCode = 1;
      });
    });
}

/** Share of their vCPUs that the running guests of a cluster use together; a quarter where there are none. */
function usualLoad(guests: readonly { status: string; cpu: number; maxcpu: number }[]): number {
  const running = guests.filter((g) => g.status === 'running');
  const vcpus = running.reduce((sum, g) => sum + g.maxcpu, 0);
  return vcpus > 0 ? running.reduce((sum, g) => sum + g.cpu * g.maxcpu, 0) / vcpus : 0.25;
}

const newGuest = (options: Options, usual: number): NewGuest => ({
  type: options.type as 'qemu' | 'lxc',
  vcpus: options.cpu,
  cpu: options.load === undefined ? usual : options.load / 100,
  mem: (options.memUsed ?? options.mem) * 2 ** 30,
  maxmem: options.mem * 2 ** 30,
  tags: options.tag,
  storages: options.storage,
  ...(options.disk === undefined ? {} : { disk: options.disk * 2 ** 30 }),
  ...(options.name === undefined ? {} : { name: options.name }),
  ...(options.pool === undefined ? {} : { pool: options.pool }),
});

function headOf(nodes: readonly Placed[]): string {
  const [best] = nodes;
  if (best && best.refused === undefined) return `best: ${safe(best.node)}`;
  return nodes.every(({ added }) => added === undefined)
    ? 'no node is large enough, not even an empty one'
    : 'no node can take it: see why below';
}

/** Every node as a row, the best first, after the rules of the guest that cannot hold. */
function sayPlaces(nodes: readonly Placed[], guest: NewGuest, at: string, broken: readonly string[]): string {
  const arrow = (before: number, after: number): string => `${percent(before)} → ${percent(after)}`;
  const rows = nodes.map((n, i) => [
    safe(n.node),
    arrow(n.before.cpu, n.after.cpu),
    arrow(n.before.mem, n.after.mem),
    n.added === undefined ? '–' : points(n.added),
    n.refused === undefined ? (i === 0 ? 'best' : 'possible') : `no: ${printable(n.refused)}`,
  ]);
  return [
    `${guest.vcpus} vCPUs at ${percent(guest.cpu)}, ${(guest.mem / 2 ** 30).toFixed(1)} of ${(guest.maxmem / 2 ** 30).toFixed(1)} GiB  (${at})`,
    headOf(nodes),
    ...broken.map((rule) => `cannot hold: ${printable(rule)}`),
    '',
    columns([['node', 'peak CPU', 'memory', 'points', ''], ...rows]),
  ].join('\n');
}
