import type { Ledger } from '@evenkeel/bus';
import { Config } from '@evenkeel/contracts';
import { CarryOverFailed } from './carry-over.ts';
import { configKey } from './config-keys.ts';
import { activeConfig, type ConfigSource, digest, openConfigSource, revisionOf } from './config-source.ts';
import type { Log } from './define-service.ts';
import { overwrite } from './overwrite.ts';

/** What a process brings by its own file and environment, or why it brings nothing. */
export type OwnConfig = Config | Error;

type Process = { name: string; ledger: Ledger; log: Log };

/**
 * Opens the configurations for a process that brings one of its own. It is put in force where nothing is yet, or where it has changed
 * since processes of this name brought theirs last; an unchanged one never undoes what somebody else has put in force meanwhile.
 * Throws the own problem where there is nothing to follow instead.
 */
export async function openConfigs(own: OwnConfig, process: Process): Promise<ConfigSource> {
  if (!(own instanceof Error)) {
    const configs = await openConfigSource(process.ledger, own, Date.now, process.log);
    await offerConfig(configs, own, process);
    return configs;
  }
  const standing = await activeConfig(process.ledger);
  if (!standing) throw own;
  process.log.warn({ problem: own.message }, 'no valid configuration of its own: it follows the one that is in force');
  return openConfigSource(process.ledger, standing, Date.now, process.log);
}

async function offerConfig(configs: ConfigSource, own: Config, { name, ledger, log }: Process): Promise<void> {
  const revision = revisionOf(own);
  const standing = configs.current();
  const isInForce = revisionOf(standing.config) === revision;
  if (!isInForce && (await hasChanged(ledger, name, own))) {
    if (!(await tryChange(configs, own, log))) return;
    log.info({ config: revision, before: standing.revision }, 'the changed configuration is in force');
  } else if (!isInForce) {
    log.warn(
      { own: revision, config: standing.revision },
      'another configuration is in force than this process brings, which was superseded: SIGHUP puts it in force again',
    );
  }
  await noteOffer(ledger, name, own);
}

/** False where this process may not take along what is asked of a cluster: one that may puts it in force, or a SIGHUP here later. */
async function tryChange(configs: ConfigSource, own: Config, log: Log): Promise<boolean> {
  try {
    await configs.change(own);
    return true;
  } catch (error) {
    if (!(error instanceof CarryOverFailed)) throw error;
    log.warn(
      { reason: error.message },
      'the changed configuration is not in force: a cluster has another name in it, and what is asked of it has to go along, which only filter-pipeline may where each service has its own NATS user; until then the old one is followed',
    );
    return false;
  }
}

/** Where no process of this name ever brought one: whether nobody else did. */
async function hasChanged(ledger: Ledger, name: string, own: Config): Promise<boolean> {
  const before = await ledger.get(offerKey(name));
  return before ? before.value !== offerOf(own) : !(await ledger.get(configKey(revisionOf(own))));
}

/** Remembers what processes of this name brought last. */
export async function noteOffer(ledger: Ledger, name: string, own: Config): Promise<void> {
  const offer = offerOf(own);
  await overwrite(ledger, offerKey(name), offer, (standing) => standing === offer);
}

const offerKey = (name: string): string => `config_offer.${name}`;

/** What differs from the defaults, in 16 hex digits: a version with an option more does not change it. */
const offerOf = (own: Config): string => digest(differing(own, Config.parse({})));

function differing(value: unknown, fallback: unknown): unknown {
  if (isSection(value) && isSection(fallback)) {
    const options = Object.entries(value).map(([name, v]) => [name, differing(v, fallback[name])] as const);
    return Object.fromEntries(options.filter(([, v]) => v !== undefined));
  }
  return digest(value) === digest(fallback) ? undefined : value;
}

const isSection = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
