import {
  type AnyEvent,
  counterfactualRecorded,
  type DataOf,
  type Decision,
  filterOf,
  migrationFailed,
  outcomeRecorded,
  recommendationDecided,
} from '@evenkeel/contracts';
import { activeConfig, clusterTimeOnBus } from '@evenkeel/runtime';
import type { Command } from 'commander';
import { heldBackText } from '../outcomes/held-back-text.ts';
import { proposeSettings } from '../outcomes/propose-settings.ts';
import { sayBands } from '../outcomes/say-bands.ts';
import { sayOutcomes } from '../outcomes/say-outcomes.ts';
import { sinceOf } from '../outcomes/since.ts';
import { heldByConfidence, summarizeHeldBack } from '../outcomes/summarize-held-back.ts';
import { type HeldBack, summarizeOutcomes } from '../outcomes/summarize-outcomes.ts';
import { type Wanted, wantedOf } from '../outcomes/wanted.ts';
import { type Asked, type AskOptions, askBus, vmidOf } from './ask-bus.ts';
import { UsageError } from './fail.ts';

type Options = AskOptions & { vmid?: string; since?: string; last: string; heldBack?: boolean };

const notes = `
Each migration counts once, by the latest look at it (5 minutes, 1 hour or 24 hours after it). A gain is in penalty points: the two
nodes as they are against the same nodes had the guest stayed. A success rate counts what was neutral as well, starts at a half,
and forgets by half in 14 days; filters 8 and 12 go by it: a failure counts against whom it is to blame on, and what had to be moved
for neither. What a filter held back is judged by those of the same moves that were
made later. With --held-back it is judged as if it had been made, where intelligent_migrations.counterfactual_learning_enabled is on;
what was held back by another limit than is in force is left out, and where the evidence is strong a setting is proposed, which nobody applies but you.`;

export function addOutcomes(program: Command): void {
  program
    .command('outcomes')
    .description('what was expected of migrations against what came, and the success of pairs, guests and filters')
    .option('--vmid <vmid>', 'only this guest')
    .option('--since <when>', 'only what was completed since: 12h, 7d, 2w, or a date such as 2026-03-01')
    .option('--last <n>', 'migrations to list, the latest', '20')
    .option('--held-back', 'instead: what moves that were held back would have brought, by filter')
    .option('-c, --config <file>', 'configuration file, YAML or JSON')
    .option('--cluster <name>', 'cluster, where there are several')
    .option('--json', 'print all of it as JSON')
    .addHelpText('after', notes)
    .action(async (options: Options) => {
      const vmid = options.vmid === undefined ? undefined : vmidOf(options.vmid);
      if (!/^\d+$/.test(options.last)) throw new UsageError(`--last ${JSON.stringify(options.last)} is not a number`);
      if (options.since !== undefined && sinceOf(options.since, 0) === undefined)
        throw new UsageError(`--since ${JSON.stringify(options.since)} is neither such as 7d nor a date`);
      await askBus('outcomes', options, async (asked) => {
        const now = await clusterTimeOnBus(asked.bus, asked.cluster, Date.now());
        const from = options.since === undefined ? Number.NEGATIVE_INFINITY : sinceOf(options.since, now)!;
        const wanted = wantedOf(vmid, from);
        if (options.heldBack) {
          process.stdout.write(await tellHeldBack(asked, wanted, options.json === true));
          return;
        }
        const outcomes = (await readAll(asked, outcomeRecorded))
          .map(({ outcome }) => outcome)
          .filter((o) => wanted(o.vmid, o.completed_at));
        const failures = (await readAll(asked, migrationFailed)).filter((f) => wanted(f.migration.vmid, f.failed_at));
        const summary = summarizeOutcomes(outcomes, await readHeldBack(asked, wanted), now, failures);
        process.stdout.write(
          options.json ? `${JSON.stringify(summary, null, 2)}\n` : sayOutcomes(summary, Number(options.last)),
        );
      });
    });
}

async function tellHeldBack(asked: Asked, wanted: Wanted, json: boolean): Promise<string> {
  const judged = (await readAll(asked, counterfactualRecorded))
    .map(({ counterfactual }) => counterfactual)
    .filter((c) => wanted(c.vmid, c.held_at));
  const config = (await activeConfig(asked.bus.ledger)) ?? asked.config;
  const by_confidence = heldByConfidence(judged);
  const bands = by_confidence.length > 0 ? `\n${sayBands(by_confidence)}` : '';
  if (!json) return `${heldBackText(judged, config)}${bands}`;
  const [by_filter, proposals] = [summarizeHeldBack(judged, config), proposeSettings(judged, config)];
  return `${JSON.stringify({ by_filter, by_confidence, proposals, judged }, null, 2)}\n`;
}

/** What all events of a kind on the decisions stream say, oldest first; what nobody can read is left out. */
async function readAll<Event extends AnyEvent>({ bus, cluster }: Asked, event: Event): Promise<DataOf<Event>[]> {
  const all: DataOf<Event>[] = [];
  for await (const { event: said } of bus.read('decisions', [filterOf(event, cluster)])) {
    const parsed = event.data.safeParse(said.data);
    if (parsed.success) all.push(parsed.data as DataOf<Event>);
  }
  return all;
}

/** What filters held back; of months of decisions only as much as is counted. */
async function readHeldBack({ bus, cluster }: Asked, wanted: Wanted): Promise<HeldBack[]> {
  const all: HeldBack[] = [];
  for await (const { event } of bus.read('decisions', [filterOf(recommendationDecided, cluster)])) {
    const { ladder, recommendation, decided_at } = event.data as Decision;
    const rung = ladder.find((r) => r.result === 'failed');
    if (!rung || !wanted(recommendation.vmid, decided_at)) continue;
    const { guest, source_node, target_node } = recommendation;
    all.push({ filter: rung.filter, order: rung.order, guest, source_node, target_node });
  }
  return all;
}
