import { type Decision, filterOf, recommendationDecided, runDecided } from '@evenkeel/contracts';
import { openBus } from '@evenkeel/runtime';
import type { Command } from 'commander';
import { printable, safe } from '../demo/tell.ts';
import { UsageError } from './fail.ts';
import { readSetup } from './read-setup.ts';

export function addExplain(program: Command): void {
  program
    .command('explain')
    .description("a guest's last decision: every filter, and why; without a vmid, why the last run moved nothing")
    .argument('[vmid]', 'number of the guest')
    .option('-c, --config <file>', 'configuration file, YAML or JSON')
    .option('--cluster <name>', 'cluster, where there are several')
    .option('--json', 'print the decision as JSON')
    .action(async (vmid: string | undefined, options: { config?: string; cluster?: string; json?: boolean }) => {
      const { settings, config } = readSetup(process.env, options.config);
      if (settings.nats_url === 'memory:') throw new UsageError('set EVENKEEL_NATS_URL: decisions are read from NATS');
      if (vmid !== undefined && !/^\d+$/.test(vmid))
        throw new UsageError(`${JSON.stringify(vmid)} is not a vmid, which is a number`);
      const cluster = options.cluster ?? config.clusters[0]?.name ?? settings.pve.cluster;
      const bus = await openBus(settings, 'explain');
      try {
        const event = vmid === undefined ? runDecided : recommendationDecided;
        let last: unknown;
        for await (const { event: cloud } of bus.read('decisions', [filterOf(event, cluster)])) {
          const data = cloud.data as { recommendation?: { vmid: number } };
          if (vmid === undefined || data.recommendation?.vmid === Number(vmid)) last = cloud.data;
        }
        if (last === undefined) {
          process.stdout.write(
            vmid === undefined ? 'no run has decided yet\n' : `no decision about guest ${vmid} in cluster ${cluster}\n`,
          );
          process.exitCode = 1;
        } else if (options.json) process.stdout.write(`${JSON.stringify(last, null, 2)}\n`);
        else if (vmid === undefined) process.stdout.write(explainRun(runDecided.data.parse(last)));
        else process.stdout.write(explainDecision(recommendationDecided.data.parse(last)));
      } finally {
        await bus.close();
      }
    });
}

const marks = { passed: '✓', failed: '✗', off: '–', bypassed: '»', not_reached: ' ' };

export function explainDecision({ recommendation: r, action, reason, decided_at, ladder }: Decision): string {
  const rungs = ladder.map(
    (rung) =>
      `  ${marks[rung.result]} ${String(rung.order).padStart(2)} ${rung.filter.padEnd(18)} ${printable(rung.reason)}`,
  );
  return [
    `${r.guest} ${safe(r.name)}  ${r.source_node} → ${r.target_node}  (${decided_at})`,
    `  ${action}: ${reason}`,
    `  why: ${r.reason}`,
    `  promise: ${r.score_improvement.toFixed(1)} points (${r.improvement.low.toFixed(1)} to ${r.improvement.high.toFixed(1)}), confidence ${Math.round(r.confidence_score)}, about ${Math.round(r.cost.duration_seconds.expected)} s`,
    ...rungs,
    '',
  ].join('\n');
}

function explainRun(run: {
  run_id: string;
  status: string;
  mode: string;
  notes: string[];
  decisions: { guest: string; name: string; action: string; reason: string }[];
}): string {
  return [
    `run ${run.run_id}: ${run.status} (${run.mode})`,
    ...run.notes.map((note) => `  ${note}`),
    ...run.decisions.map((d) => `  ${d.action.padEnd(9)} ${d.guest} ${safe(d.name)}: ${d.reason}`),
    '',
  ].join('\n');
}
