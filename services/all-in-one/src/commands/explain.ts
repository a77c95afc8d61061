import { clustersInForce, openBus } from '@evenkeel/runtime';
import type { Command } from 'commander';
import { readExplanation } from '../explain/read-explanation.ts';
import { explainedCluster, missingCluster } from './explained-cluster.ts';
import { UsageError } from './fail.ts';
import { readSetup } from './read-setup.ts';

export function addExplain(program: Command): void {
  program
    .command('explain')
    .description("a guest's last decision: every filter, and what became of it; without a vmid, the last run")
    .argument('[vmid]', 'number of the guest')
    .option('-c, --config <file>', 'configuration file, YAML or JSON')
    .option('--cluster <name>', 'cluster, where there are several')
    .option('--json', 'print the decision as JSON')
    .action(async (vmid: string | undefined, options: { config?: string; cluster?: string; json?: boolean }) => {
      const { settings, config } = readSetup(process.env, options.config);
      if (settings.nats_url === 'memory:') throw new UsageError('set EVENKEEL_NATS_URL: decisions are read from NATS');
      if (vmid !== undefined && !/^\d+$/.test(vmid))
        throw new UsageError(`${JSON.stringify(vmid)} is not a vmid, which is a number`);
      const bus = await openBus(settings, 'explain');
      try {
        const configured = config.clusters.map(({ name }) => name);
        const inForce = await clustersInForce(bus.ledger);
        const { cluster, known } = explainedCluster(options.cluster, configured, inForce, settings.pve.cluster);
        const explained = await readExplanation(bus, cluster, vmid === undefined ? undefined : Number(vmid));
        if (!explained) {
          const missing = missingCluster(cluster, known);
          if (missing) throw new UsageError(missing);
          process.stdout.write(
            vmid === undefined ? 'no run has decided yet\n' : `no decision about guest ${vmid} in cluster ${cluster}\n`,
          );
          process.exitCode = 1;
        } else process.stdout.write(options.json ? `${JSON.stringify(explained.json, null, 2)}\n` : explained.text);
      } finally {
        await bus.close();
      }
    });
}
