import { createHash } from 'node:crypto';
import type { Ledger } from '@evenkeel/bus';
import { Config } from '@evenkeel/contracts';
import { carryOver, type Tell } from './carry-over.ts';
import { activeKey, configKey } from './config-keys.ts';
import type { Log } from './define-service.ts';
import { overwrite } from './overwrite.ts';
import { pruneConfigs } from './prune-configs.ts';
import { Listed } from './renamed-clusters.ts';

/** Configurations by revision, and which of them is in force: kept in the ledger, so that all services of a run use the same one. */
export type ConfigSource = {
  current: () => { config: Config; revision: string };
  /** The configuration of a revision; an UnknownConfig where nobody has told it, or where it can no longer be read. */
  at: (revision: string) => Promise<Config>;
  /** Puts a configuration in force from the next sample on, in every process; what is asked of a cluster goes along to its new name. Throws a CarryOverFailed where that could not be. */
  change: (config: Config) => Promise<string>;
  /** Follows what another process has put in force; true where that is news. */
  follow: () => Promise<boolean>;
};

/** Configurations that a process remembers; older ones are read again where an event asks for them. */
const mostKnown = 20;

export class UnknownConfig extends Error {
  override name = 'UnknownConfig';
}

/** Opens the configurations of a ledger: what is in force there stays so; where nothing is (or nothing that can be read), this one is put in force. */
export async function openConfigSource(
  ledger: Ledger,
  initial: Config,
  machine_now: () => number = Date.now,
  log: Pick<Log, 'info' | 'warn'> = { info() {}, warn() {} },
): Promise<ConfigSource> {
  const known = new Map<string, Config>();
  let current = { config: initial, revision: revisionOf(initial) };
  const remember = (revision: string, config: Config): void => {
    known.delete(revision);
    known.set(revision, config);
    if (known.size > mostKnown) known.delete(known.keys().next().value as string);
  };
  const at = async (revision: string): Promise<Config> => {
    const config = known.get(revision) ?? (await fetchConfig(ledger, revision));
    remember(revision, config);
    return config;
  };
  const change = async (config: Config): Promise<string> => {
    const revision = revisionOf(config);
    remember(revision, config);
    const tells = await putInForce(ledger, revision, config);
    await renew(ledger, revision, config);
    current = { config, revision };
    for (const tell of tells) tell(log);
    await pruneConfigs(ledger, machine_now());
    return revision;
  };
  const follow = async (): Promise<boolean> => {
    const revision = (await ledger.get(activeKey))?.value;
    if (typeof revision !== 'string' || revision === current.revision) return false;
    current = { config: await at(revision), revision };
    return true;
  };
  remember(current.revision, initial);
  if (!(await ledger.get(activeKey))) {
    await ledger.create(configKey(current.revision), initial);
    await ledger.create(activeKey, current.revision);
  }
  await follow().catch((error: unknown) => {
    if (!(error instanceof UnknownConfig)) throw error;
    return change(initial);
  });
  return { current: () => current, at, change, follow };
}

/** The configuration in force, for one who only looks; null where none was ever put in force, or this version cannot read it. */
export async function activeConfig(ledger: Pick<Ledger, 'get'>): Promise<Config | null> {
  const revision = (await ledger.get(activeKey))?.value;
  if (typeof revision !== 'string') return null;
  return keptConfig(ledger, revision);
}

/** The configuration of a revision, for one who only looks; null where it is not kept any more, or this version cannot read it. */
export async function keptConfig(ledger: Pick<Ledger, 'get'>, revision: string): Promise<Config | null> {
  return Config.safeParse((await ledger.get(configKey(revision)))?.value).data ?? null;
}

/** Over whatever is in force, with what is asked of its clusters; what there is to say of that. */
async function putInForce(ledger: Ledger, revision: string, config: Config): Promise<Tell[]> {
  for (;;) {
    const active = await ledger.get(activeKey);
    if (active?.value === revision) return [];
    const isStillInForce = async () => (await ledger.get(activeKey))?.revision === active?.revision;
    const before = isRevision(active?.value) ? await clustersOf(ledger, active.value) : undefined;
    const tells = before ? await carryOver(before, config, { ledger, isStillInForce }) : [];
    if (tells === null) continue;
    await ledger.create(configKey(revision), config);
    const done = active
      ? await ledger.update(activeKey, revision, active.revision)
      : await ledger.create(activeKey, revision);
    if (done !== null) return tells;
  }
}

/** Also of a configuration that this version cannot read. */
const clustersOf = async (ledger: Ledger, revision: string): Promise<Listed | undefined> =>
  Listed.safeParse((await ledger.get(configKey(revision)))?.value).data;

const isRevision = (value: unknown): value is string => typeof value === 'string' && looksLikeRevision(value);
const looksLikeRevision = (text: string): boolean => /^[0-9a-f]{16}$/.test(text);

/** Writes it anew, so that whoever is about to remove it as an old one does not. */
const renew = (ledger: Ledger, revision: string, config: Config): Promise<void> =>
  overwrite(ledger, configKey(revision), config, () => false);

/** Names of the clusters of the configuration in force; none where there is none, or where it cannot be read. */
export async function clustersInForce(ledger: Pick<Ledger, 'get'>): Promise<string[]> {
  return (await activeConfig(ledger))?.clusters.map(({ name }) => name) ?? [];
}

async function fetchConfig(ledger: Ledger, revision: string): Promise<Config> {
  if (!looksLikeRevision(revision))
    throw new UnknownConfig(`${JSON.stringify(revision.slice(0, 40))} is not a revision of a configuration`);
  const entry = await ledger.get(configKey(revision));
  if (!entry) throw new UnknownConfig(`the configuration ${revision} is not in the ledger`);
  const parsed = Config.safeParse(entry.value);
  if (!parsed.success) throw new UnknownConfig(`the configuration ${revision} cannot be read by this version`);
  return parsed.data;
}

export const revisionOf = (config: Config): string => digest(config);

/** The first 16 hex digits of the SHA-256 of its canonical JSON. */
export function digest(value: unknown): string {
  return createHash('sha256').update(canonical(value)).digest('hex').slice(0, 16);
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).filter(([, v]) => v !== undefined);
  return `{${entries
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([k, v]) => `${JSON.stringify(k)}:${canonical(v)}`)
    .join(',')}}`;
}
