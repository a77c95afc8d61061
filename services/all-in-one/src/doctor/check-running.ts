import { inspectBus } from '@evenkeel/bus';
import { type Config, clusterSampled, configFor } from '@evenkeel/contracts';
import { natsOptionsOf, type Settings } from '@evenkeel/runtime';
import { lastReadable } from '../steering/last-readable.ts';
import { noneRuns, notRunning } from '../steering/not-running.ts';
import { troubles } from '../steering/troubles.ts';
import { type Finding, findingsAbout } from './finding.ts';
import { inTime } from './in-time.ts';

const patience_ms = 3_000;

type Found = { not_running: Awaited<ReturnType<typeof notRunning>>; sample_age_ms: number | null };

/** Whether each service runs for each cluster of the configuration in force, and samples come. */
export async function checkRunning(settings: Settings, config: Config): Promise<Finding[]> {
  const options = { ...natsOptionsOf(settings, 'doctor'), patience_ms };
  const look = inspectBus(options, (bus) =>
    Promise.all(
      config.clusters.map(async ({ name }): Promise<[string, Found]> => {
        const sampled = await lastReadable(bus, clusterSampled, name);
        const sample_age_ms = sampled === null || sampled === 'unreadable' ? null : Date.now() - sampled.stored_at;
        return [name, { not_running: await notRunning(bus, name), sample_age_ms }];
      }),
    ),
  );
  const found = await inTime(look, 4 * patience_ms);
  if (!found.ok) {
    const { warning } = findingsAbout('services');
    const unseen = `whether they run cannot be seen: ${found.error.message}`;
    return [warning('running', unseen, 'see NATS; with accounts, ask as user operator')];
  }
  return (found.value ?? []).flatMap(([name, one]) => judgeRunning(name, one, configFor(config, name)));
}

/** Of one cluster; where nothing runs at all, that may be meant. */
export function judgeRunning(cluster: string, found: Found, config: Config): Finding[] {
  const { ok, problem, warning } = findingsAbout(`cluster ${cluster}`);
  if (noneRuns(found.not_running))
    return [warning('services', 'none runs here', 'evenkeel up, or start each: deploy/README.md')];
  const amiss = troubles({ ...found, config });
  if (amiss.length === 0) return [ok('services', 'all run, and samples come')];
  return amiss.map((text) =>
    problem('services', text, 'start it, or see its log and /readyz?verbose; until then nothing moves as it should'),
  );
}
