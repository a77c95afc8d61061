import { createKillSwitch } from '@evenkeel/runtime';
import type { Command } from 'commander';
import { readStatus } from '../steering/read-status.ts';
import { showStatus } from '../steering/show-status.ts';
import { tellStatus } from '../steering/tell-status.ts';
import { type BusOptions, onBus } from './cluster-bus.ts';
import { withConfig } from './steering-options.ts';

export function addStatus(program: Command): void {
  withConfig(program.command('status'))
    .description(
      'of each cluster: its mode, who paused it and why, what is in flight, the last run, how far drains are',
    )
    .argument('[cluster]', 'by default every cluster')
    .option('--json', 'print it as JSON')
    .action(async (named: string | undefined, { json, ...options }: BusOptions & { json?: boolean }) => {
      await onBus(options, named, async ({ bus, clusters, settings }) => {
        const kill_switch = createKillSwitch(settings)();
        const all = await Promise.all(clusters.map((cluster) => readStatus(bus, cluster)));
        if (json) {
          process.stdout.write(`${JSON.stringify({ kill_switch, clusters: all.map(showStatus) }, null, 2)}\n`);
          return;
        }
        const lines = [...(kill_switch ? [`${kill_switch}, as seen from here`] : []), ...all.flatMap(tellStatus)];
        process.stdout.write(`${lines.join('\n')}\n`);
      });
    });
}
