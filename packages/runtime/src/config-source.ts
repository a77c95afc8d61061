import { createHash } from 'node:crypto';
import type { Ledger } from '@evenkeel/bus';
import { Config } from '@evenkeel/contracts';

/** Configurations by revision: kept in the ledger under what they contain, so that all services of a run use the same one. */
export type ConfigSource = {
  current: () => { config: Config; revision: string };
  /** The configuration of a revision; throws where nobody has told it. */
  at: (revision: string) => Promise<Config>;
  /** Puts a new configuration in force from the next sample on. */
  change: (config: Config) => Promise<string>;
};

export async function openConfigSource(ledger: Ledger, initial: Config): Promise<ConfigSource> {
  const known = new Map<string, Config>();
  const tell = async (config: Config): Promise<string> => {
    const revision = revisionOf(config);
    known.set(revision, config);
    await ledger.create(`config.${revision}`, config);
    return revision;
  };
  let current = { config: initial, revision: await tell(initial) };
  return {
    current: () => current,
    at: async (revision) => {
      const config = known.get(revision) ?? (await fetchConfig(ledger, revision));
      known.set(revision, config);
      return config;
    },
    change: async (config) => {
      current = { config, revision: await tell(config) };
      return current.revision;
    },
  };
}

async function fetchConfig(ledger: Ledger, revision: string): Promise<Config> {
  const entry = await ledger.get(`config.${revision}`);
  if (!entry) throw new Error(`the configuration ${revision} is not in the ledger`);
  return Config.parse(entry.value);
}

/** The first 16 hex digits of the SHA-256 of its canonical JSON. */
export function revisionOf(config: Config): string {
  return createHash('sha256').update(canonical(config)).digest('hex').slice(0, 16);
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
