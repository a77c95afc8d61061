import type { Ledger } from '@evenkeel/bus';
import type { Config } from '@evenkeel/contracts';
import { type ConfigSource, inForce, openConfigSource, revisionOf } from './config-source.ts';
import type { Log } from './define-service.ts';

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
    const configs = await openConfigSource(process.ledger, own);
    await offerConfig(configs, own, process);
    return configs;
  }
  const standing = await inForce(process.ledger);
  if (!standing) throw own;
  process.log.warn({ problem: own.message }, 'no valid configuration of its own: it follows the one that is in force');
  return openConfigSource(process.ledger, standing);
}

async function offerConfig(configs: ConfigSource, own: Config, { name, ledger, log }: Process): Promise<void> {
  const revision = revisionOf(own);
  const standing = configs.current().revision;
  if (revision !== standing && (await hasChanged(ledger, name, revision))) {
    await configs.change(own);
    log.info({ config: revision, before: standing }, 'the changed configuration is in force');
  } else if (revision !== standing) {
    log.warn(
      { own: revision, config: standing },
      'another configuration is in force than this process brings, which was superseded: SIGHUP puts it in force again',
    );
  }
  await noteOffer(ledger, name, revision);
}

/** Where no process of this name ever brought one: whether nobody else did. */
async function hasChanged(ledger: Ledger, name: string, revision: string): Promise<boolean> {
  const before = await ledger.get(offerKey(name));
  return before ? before.value !== revision : !(await ledger.get(`config.${revision}`));
}

/** Remembers what processes of this name brought last. */
export async function noteOffer(ledger: Ledger, name: string, revision: string): Promise<void> {
  const key = offerKey(name);
  for (;;) {
    const before = await ledger.get(key);
    if (before?.value === revision) return;
    const done = before ? await ledger.update(key, revision, before.revision) : await ledger.create(key, revision);
    if (done !== null) return;
  }
}

const offerKey = (name: string): string => `config_offer.${name}`;
