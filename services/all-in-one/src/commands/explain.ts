import type { Command } from 'commander';
import { readExplanation } from '../explain/read-explanation.ts';
import { type AskOptions, clusterAsked } from './ask-bus.ts';
import { missingCluster } from './explained-cluster.ts';
import { UsageError } from './fail.ts';
import { readNatsSetup, withBus } from './with-bus.ts';

export function addExplain(program: Command): void {
  program
    .command('explain')
    .description("a guest's last decision: every filter, and what became of it; without a vmid, the last run")
    .argument('[vmid]', 'number of the guest')
    .option('-c, --config <file>', 'configuration file, YAML or JSON')
    .option('--cluster <name>', 'cluster, where there are several')
    .option('--json', 'print the decision as JSON')
    .action(async (vmid: string | undefined, options: AskOptions) => {
      const setup = readNatsSetup(options.config, () => 'decisions are read from NATS');
      if (vmid !== undefined && !/^\d+$/.test(vmid))
        throw new UsageError(`${JSON.stringify(vmid)} is not a vmid, which is a number`);
      await withBus(setup.settings, 'explain', async (bus) => {
        const { cluster, known } = await clusterAsked(bus, setup, options.cluster);
        const explained = await readExplanation(bus, cluster, vmid === undefined ? undefined : Number(vmid));
        if (!explained) {
          const missing = missingCluster(cluster, known);
          if (missing) throw new UsageError(missing);
          process.stdout.write(
            vmid === undefined ? 'no run has decided yet\n' : `no decision about guest ${vmid} in cluster ${cluster}\n`,
          );
          process.exitCode = 1;
        } else process.stdout.write(options.json ? `${JSON.stringify(explained.json, null, 2)}\n` : explained.text);
      });
    });
}
