import { readFileSync } from 'node:fs';
import { type Config, formatProblems } from '@evenkeel/contracts';
import { killSwitchBeside, parseConfigText, readSettings, type Settings } from '@evenkeel/runtime';
import { UsageError } from './fail.ts';

export type Setup = { settings: Settings; config: Config };

/** Settings from the environment and the configuration from its file, with what the environment says over it. */
export function readSetup(env: NodeJS.ProcessEnv, config_file?: string): Setup {
  const read = readSettings(env, (path) => readFileSync(path, 'utf8'));
  if (!read.ok)
    throw new UsageError(
      `the environment has ${read.problems.length} problem(s):\n${read.problems.map((p) => `  ${p}`).join('\n')}`,
    );
  const file = config_file ?? read.settings.config_file;
  const told = env.EVENKEEL_KILL_SWITCH_FILE?.trim();
  const settings = { ...read.settings, kill_switch_file: told || killSwitchBeside(file) };
  return { settings, config: readConfig(file, settings) };
}

function readConfig(file: string | undefined, settings: Settings): Config {
  const parsed = parseConfigText(file === undefined ? '' : readText(file), (raw) => withEnvironment(raw, settings));
  if (!parsed.ok)
    throw new UsageError(`the configuration ${file ?? ''} has problems:\n${formatProblems(parsed.problems)}`);
  return parsed.config;
}

/** The text of a file; UsageError where it cannot be read. */
export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`cannot read ${file}: ${(error as NodeJS.ErrnoException).code ?? 'error'}`);
  }
}

/** What the environment says replaces what the file says: its single cluster all those of the file, its mode and dry run theirs. */
export function withEnvironment(raw: unknown, settings: Settings): unknown {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return raw;
  const given = raw as Record<string, unknown>;
  const { pve } = settings;
  const own = {
    name: pve.cluster,
    hosts: pve.hosts,
    fingerprints: pve.fingerprints,
    ...(pve.ca_file === undefined ? {} : { ca_file: pve.ca_file }),
  };
  const automated = (given.automated_migrations ?? {}) as object;
  return {
    ...given,
    ...(pve.hosts.length === 0 ? {} : { clusters: [own] }),
    ...(settings.mode === undefined ? {} : { mode: settings.mode }),
    ...(settings.dry_run === undefined ? {} : { automated_migrations: { ...automated, dry_run: settings.dry_run } }),
  };
}
