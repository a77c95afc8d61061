import { setTimeout as sleep } from 'node:timers/promises';
import { type AutomationChange, type Config, configFor, Mode } from '@evenkeel/contracts';
import { activeConfig, createKillSwitch } from '@evenkeel/runtime';
import type { Command } from 'commander';
import { printable, safe } from '../demo/tell.ts';
import { askAll, type Reply, replyOf, sumUp } from '../steering/ask-all.ts';
import { drainProgress, isOver } from '../steering/drain-progress.ts';
import { type ClusterStatus, readStatus } from '../steering/read-status.ts';
import { type Changed, requestChange } from '../steering/request.ts';
import { standstill } from '../steering/standstill.ts';
import { tellNews } from '../steering/tell-news.ts';
import { type BusOptions, emergencyStop, onBus, oneOf, type Steering } from './cluster-bus.ts';
import { UsageError } from './fail.ts';
import { nodeNamed, withAsker, withReason } from './steering-options.ts';

type Options = BusOptions & { by: string; reason: string };
type DrainOptions = Options & { cluster?: string; wait?: boolean };

const say = (line: string): void => void process.stdout.write(`${line}\n`);

export function addPause(program: Command): void {
  withReason(withAsker(program.command('pause')))
    .description(
      'start no more migrations in a cluster, or in all; what is under way ends by itself, and is not stopped',
    )
    .argument('[cluster]', 'by default every cluster')
    .action((cluster: string | undefined, { reason, ...options }: Options) =>
      steer(options, cluster, { do: 'pause', reason }),
    );
}

export function addResume(program: Command): void {
  withAsker(program.command('resume'))
    .description('undo a pause, also that after a failed migration')
    .argument('[cluster]', 'by default every cluster')
    .action((cluster: string | undefined, options: Options) => steer(options, cluster, { do: 'resume' }));
}

export function addMode(program: Command): void {
  withAsker(program.command('mode'))
    .description('set the mode of a cluster over its configuration; default undoes that')
    .usage('[options] [cluster] observe|recommend|approve|auto|default')
    .argument('<words...>', '[cluster] observe|recommend|approve|auto|default')
    .action(async (words: string[], options: Options) => {
      const [mode, cluster, ...more] = words.toReversed();
      if (more.length > 0) throw new UsageError('too many words: a cluster and a mode');
      await steer(options, cluster, { do: 'mode', mode: modeNamed(mode) }, true);
    });
}

export function addDrain(program: Command): void {
  withReason(withAsker(program.command('drain')))
    .description('move every running guest off a node and send none there, until undrain; stopped guests stay')
    .argument('<node>', 'name of the node')
    .option('--cluster <name>', 'cluster, where there are several')
    .option(
      '--wait',
      'tell what leaves and what is stuck, until nothing more leaves; exit code 1 where guests are stuck',
    )
    .action((node: string, options: DrainOptions) => drain(node, options));
}

export function addUndrain(program: Command): void {
  withAsker(program.command('undrain'))
    .description('let a drained node take guests again')
    .argument('<node>', 'name of the node')
    .option('--cluster <name>', 'cluster, where there are several')
    .action((node: string, options: DrainOptions) => undrain(node, options));
}

const modes = [...Mode.options, 'default'] as const;

function modeNamed(text: string | undefined): Mode | 'default' {
  const mode = modes.find((one) => one === text);
  if (mode) return mode;
  throw new UsageError(`${JSON.stringify(text)} is not a mode; there are ${modes.join(', ')}`);
}

async function steer(
  options: Omit<Options, 'reason'>,
  named: string | undefined,
  change: AutomationChange,
  alone = false,
) {
  await onBus(options, named, async (on) => {
    if (alone) oneOf(on.clusters);
    const replies = await askAll(on.clusters, (cluster) => requestChange(on.bus, { cluster, by: options.by }, change));
    for (const reply of replies) tellReply(on, reply, replies.length === 1);
    const sum = sumUp(replies);
    if (sum) say(sum);
    if (change.do === 'mode') await warnOfStandstill(on);
  });
}

function tellReply(on: Steering, reply: Reply, isOnly: boolean): void {
  const { cluster } = reply;
  if ('changed' in reply) tellChanged(on, cluster, reply.changed);
  else if ('refused' in reply) {
    process.exitCode = 1;
    say(`cluster ${cluster}: refused: ${printable(reply.refused)}`);
  } else if (isOnly) throw new Error(reply.failed);
  else {
    process.exitCode = 1;
    say(`cluster ${cluster}: could not be asked: ${printable(reply.failed)}. ${emergencyStop(on.settings)}`);
  }
}

function tellChanged({ settings }: Steering, cluster: string, changed: Changed | null): void {
  if (!changed) process.exitCode = 1;
  say(
    changed
      ? `cluster ${cluster}: ${effect(changed)}`
      : `cluster ${cluster}: asked, but no filter-pipeline has answered yet; it is kept and takes effect when one runs. ` +
          emergencyStop(settings),
  );
}

function effect({ change, automation }: Changed): string {
  switch (change.do) {
    case 'pause':
      return 'paused; no more migrations start, what is under way ends by itself and is not stopped';
    case 'resume':
      return 'not paused (any more)';
    case 'mode':
      return change.mode === 'default' ? 'the mode of the configuration holds again' : `mode ${automation.mode?.mode}`;
    case 'drain':
      return `${change.node} is drained from the next look at the cluster on`;
    case 'undrain':
      return `${change.node} may take guests again`;
  }
}

async function warnOfStandstill({ bus }: Steering): Promise<void> {
  const config = await activeConfig(bus.ledger);
  if (config?.automated_migrations.dry_run)
    say('note: automated_migrations.dry_run is on: nothing moves whatever the mode');
}

async function drain(node: string, { wait, cluster: named, reason, by, ...options }: DrainOptions): Promise<void> {
  await onBus(options, named, async (on) => {
    const cluster = oneOf(on.clusters);
    const before = await readStatus(on.bus, cluster);
    refuseUnknown(node, before);
    const answer = await requestChange(on.bus, { cluster, by }, { do: 'drain', node: nodeNamed(node), reason });
    const reply = replyOf(cluster, answer);
    tellReply(on, reply, true);
    const still = standstill({ ...before, config: before.config ?? on.config }, createKillSwitch(on.settings)());
    if (still) say(`note: ${still}`);
    if (wait && 'changed' in reply && reply.changed) await watch(on, cluster, node);
  });
}

async function undrain(node: string, { cluster: named, by, ...options }: DrainOptions): Promise<void> {
  await onBus(options, named, async (on) => {
    const cluster = oneOf(on.clusters);
    const before = await readStatus(on.bus, cluster);
    if (!before.automation.drained[node]) refuseUnknown(node, before);
    const answer = await requestChange(on.bus, { cluster, by }, { do: 'undrain', node: nodeNamed(node) });
    const reply = replyOf(cluster, answer);
    if (
      'changed' in reply &&
      reply.changed &&
      keptByConfig(before.config ?? (on.config && configFor(on.config, cluster)), node)
    )
      say(`cluster ${cluster}: ${node} is not drained, but maintenance_nodes of the configuration keeps it empty`);
    else tellReply(on, reply, true);
  });
}

const keptByConfig = (config: Config | null, node: string): boolean =>
  config?.automated_migrations.maintenance_nodes.includes(node) ?? false;

/** A node that the last sample does not show is a mistake in typing; without a sample nobody can tell. */
function refuseUnknown(node: string, { sample }: ClusterStatus): void {
  const nodes = sample?.nodes.map((n) => n.node);
  if (nodes && !nodes.includes(node))
    throw new UsageError(`no node ${JSON.stringify(node)}; there are ${nodes.map(safe).join(', ')}`);
}

/** Tells what changes of a drain until nothing more leaves. */
async function watch({ bus }: Steering, cluster: string, node: string): Promise<void> {
  for (let told = ''; ; ) {
    const status = await readStatus(bus, cluster);
    const progress = drainProgress(status, node);
    const over = progress !== null && isOver(progress);
    const news = tellNews(status, node);
    if (news.about !== told) say(news.lines.join('\n'));
    told = news.about;
    if (!status.automation.drained[node]) return say(`${node} is not drained any more`);
    if (over && progress.stuck.length > 0) process.exitCode = 1;
    if (over) return;
    await sleep(2_000);
  }
}
