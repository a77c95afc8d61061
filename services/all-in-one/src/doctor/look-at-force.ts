import { inspectLedger } from '@evenkeel/bus';
import { type Automation, automationKey, type Config, readAutomation } from '@evenkeel/contracts';
import { activeConfig, natsOptionsOf, type Settings } from '@evenkeel/runtime';
import { type Answer, inTime } from './in-time.ts';

/** The configuration that is in force, and what people have asked of each of its clusters, by name. */
export type Force = { config: Config; automations: Record<string, Automation> };

const patience_ms = 3_000;

/** What is in force, as NATS knows it; null where nothing ever was, or there is no NATS to ask. Changes nothing. */
export async function lookAtForce(settings: Settings): Promise<Answer<Force | null>> {
  if (settings.nats_url === 'memory:') return { ok: true, value: null };
  const look = inspectLedger({ ...natsOptionsOf(settings, 'doctor'), patience_ms }, async (ledger) => {
    const config = await activeConfig(ledger);
    if (!config) return null;
    const automations: Record<string, Automation> = {};
    for (const { name } of config.clusters)
      automations[name] = readAutomation((await ledger.get(automationKey(name)))?.value);
    return { config, automations };
  });
  return inTime(look, 3 * patience_ms);
}
