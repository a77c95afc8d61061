import type { Ledger } from '@evenkeel/bus';
import { automationKey, type Config, inForce, pauseSentence, readAutomation } from '@evenkeel/contracts';
import type { KillSwitch } from './kill-switch.ts';

/** Machine milliseconds in which the ledger must say whether a cluster is paused. */
const patience_ms = 2_000;

type Given = {
  cluster: string;
  ledger: Pick<Ledger, 'get'>;
  config: () => Config;
  killSwitch: KillSwitch;
  patience_ms?: number;
};

/**
 * Asked right before each write to Proxmox: null, or why it must not happen. The ledger is read anew, and where it does not answer
 * nothing is written; the kill switch has the last word.
 */
export function createMayWrite(given: Given): () => Promise<string | null> {
  return async () => {
    const stopped = given.killSwitch();
    if (stopped !== null) return stopped;
    const asked = await askLedger(given);
    return asked ?? given.killSwitch();
  };
}

async function askLedger({ cluster, ledger, config, patience_ms: patience = patience_ms }: Given) {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${patience} ms`)), patience);
  });
  try {
    const kept = await Promise.race([ledger.get(automationKey(cluster)), tooLate]);
    const automation = readAutomation(kept?.value);
    return pauseSentence(automation) ?? standstill(inForce(config(), automation));
  } catch (error) {
    return `whether cluster ${cluster} is paused could not be read: ${error instanceof Error ? error.message : String(error)}`;
  } finally {
    clearTimeout(timer);
  }
}

/** Why nothing may be written to Proxmox under this configuration; null where it may. In mode `approve` only what a person approved comes so far. */
export function standstill({ mode, automated_migrations: { enabled, dry_run } }: Config): string | null {
  if (!enabled) return 'automated_migrations.enabled is off';
  if (mode !== 'auto' && mode !== 'approve') return `mode is ${mode}`;
  return dry_run ? 'dry_run is on' : null;
}
