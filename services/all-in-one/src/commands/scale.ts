import { clusterSampled, clusterScored, filterOf, recommendationsGenerated, scalingDecided } from '@evenkeel/contracts';
import { answerOf, type ScalingCluster, scalingDecisions, type Usages } from '@evenkeel/recommender/scaling';
import type { Command } from 'commander';
import { z } from 'zod';
import { printable, safe } from '../demo/tell.ts';
import { lastReadable } from '../steering/last-readable.ts';
import { type Asked, type AskOptions, askBus, lastOf, vmidOf } from './ask-bus.ts';
import { columns } from './columns.ts';
import { explainScaling } from './explain-scaling.ts';
import { UsageError } from './fail.ts';
import { readText } from './read-setup.ts';
import { type Advice, standingAdvice } from './standing-advice.ts';

type Options = AskOptions & { metrics?: string; plan?: boolean };

const notes = `
Another node comes before another size: a guest that is busy lastingly and now migrates where the last run found a node at which
it is better off. Without a vmid: what is advised for all guests now.

Metrics are a JSON file (or - for stdin) of fractions of what the guest has, for a guest that something else measures:
  {"cpu": {"current": 0.9, "average": 0.8, "peak": 0.95, "forecast_accuracy": 0.85}, "memory": {…}}
With them the cluster is analysed anew, and confidence is not calibrated by outcomes.

With --json and a vmid: {action, resource, current, target, confidence, reasoning, target_node_id?, migration_details?} of the most
urgent decision, and all of them in full under "decisions".`;

export function addScale(program: Command): void {
  program
    .command('scale')
    .description('whether a guest should move to another node, or have more or fewer vCPUs or memory')
    .argument('[vmid]', 'number of the guest')
    .option('-c, --config <file>', 'configuration file, YAML or JSON')
    .option('--cluster <name>', 'cluster, where there are several')
    .option('--metrics <file>', 'figures to decide by instead of what was measured, JSON')
    .option('--json', 'print the decision as JSON')
    .addHelpText('after', notes)
    .action(async (vmid: string | undefined, options: Options) => {
      if (vmid === undefined) {
        if (options.metrics !== undefined) throw new UsageError('--metrics needs a vmid');
        return askBus('scale', options, (asked) => tellAll(asked, options));
      }
      const wanted = vmidOf(vmid);
      const metrics = options.metrics === undefined ? undefined : readMetrics(options.metrics);
      return askBus('scale', options, async (asked) => tellOne(await lastRun(asked), wanted, metrics, options));
    });
}

const Share = z.number().min(0).max(1);
const Metrics = z.partialRecord(
  z.enum(['cpu', 'memory', 'storage', 'network', 'vm_count']),
  z.strictObject({ current: Share, average: Share, peak: Share, forecast_accuracy: Share.optional() }),
);

/** Figures of one guest from a file; a UsageError that names what is wrong with them. */
function readMetrics(file: string): Usages {
  let value: unknown;
  try {
    value = JSON.parse(readText(file === '-' ? '/dev/stdin' : file));
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError(`${file} is not JSON`);
  }
  const parsed = Metrics.safeParse(value);
  if (parsed.success) return parsed.data as Usages;
  const [first] = parsed.error.issues;
  throw new UsageError(`${file}: ${first?.path.join('.') || 'metrics'}: ${first?.message} (fractions from 0 to 1)`);
}

/** The last run as the recommender saw it, with what it recommended. */
async function lastRun(asked: Asked): Promise<ScalingCluster> {
  const { data, config } = await lastOf(clusterScored, asked);
  const { data: generated } = await lastOf(recommendationsGenerated, asked).catch(() => ({ data: undefined }));
  const same = generated?.sample_sequence === data.sample.sequence;
  return { ...data, config, ...(generated && same ? { generated } : {}) };
}

function tellOne(cluster: ScalingCluster, vmid: number, metrics: Usages | undefined, { json }: Options): void {
  const decisions = scalingDecisions(String(vmid), metrics, cluster);
  if (!decisions) throw new Error(`no guest ${vmid} in cluster ${cluster.sample.cluster}`);
  const [first] = decisions;
  if (!first) throw new Error(`guest ${vmid} has not been watched yet`);
  process.stdout.write(
    json
      ? `${JSON.stringify({ ...answerOf(first), decisions }, null, 2)}\n`
      : explainScaling(cluster.sample, vmid, decisions),
  );
}

async function tellAll({ bus, cluster }: Asked, { json }: Options): Promise<void> {
  const told: Advice[] = [];
  for await (const { event } of bus.read('decisions', [filterOf(scalingDecided, cluster)])) {
    const parsed = scalingDecided.data.safeParse(event.data);
    if (parsed.success) told.push(parsed.data);
  }
  const last = await lastReadable(bus, clusterSampled, cluster);
  const advised = standingAdvice(told, last === 'unreadable' ? undefined : last?.data);
  if (json) process.stdout.write(`${JSON.stringify(advised, null, 2)}\n`);
  else if (advised.length === 0) process.stdout.write('nothing is advised: a guest must be watched for a day\n');
  else process.stdout.write(advised.map(adviceLine).join(''));
}

const adviceLine = ({ guest, name, node, decision: d }: Advice): string =>
  `${columns([[guest, safe(name), `on ${safe(node)}`, d.scaling_action, d.resource_type]]).trimEnd()}${
    d.target_node_id === undefined ? '' : ` to ${safe(d.target_node_id)}`
  }\n    ${printable(d.reasoning)}\n`;
