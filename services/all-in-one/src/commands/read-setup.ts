import { readFileSync } from 'node:fs';
import { type ClusterConfig, type Config, formatProblems } from '@evenkeel/contracts';
import { killSwitchBeside, parseConfigText, reachOf, readSettings, type Settings } from '@evenkeel/runtime';
import { UsageError } from './fail.ts';

export type Setup = { settings: Settings; config: Config };

/** Settings from the environment and the configuration from its file, with what the environment says over it. */
export function readSetup(env: NodeJS.ProcessEnv, config_file?: string): Setup {
  const settings = readEnvironment(env, config_file);
  return { settings, config: readConfig(settings) };
}

/** What a command that goes by what is in force reads of its own: where NATS is, and a configuration for where nothing is in force. */
export type Outline = { settings: Settings; config: Config | null };

/** As readSetup, but what is wrong is only noted as long as it is known where NATS is: the services may run on with what they have. */
export function readOutline(
  env: NodeJS.ProcessEnv,
  config_file: string | undefined,
  note: (problem: string) => void,
): Outline {
  const orNote = <T>(read: () => T): T | null => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      note(error.message);
      return null;
    }
  };
  const settings = orNote(() => readEnvironment(env, config_file)) ?? readEnvironment(onlyWhere(env), config_file);
  return { settings, config: orNote(() => readConfig(settings)) };
}

/** The variables without which nobody can be asked, and no one stopped. */
const where =
  /^EVENKEEL_(CONFIG|NATS_(URL|USER|PASSWORD|PASSWORD_FILE|CA_FILE)|PVE_CLUSTER|KILL_SWITCH|KILL_SWITCH_FILE)$/;
const onlyWhere = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => where.test(name)));

/** Settings from the environment, with the kill switch beside the file that is read; UsageError with every problem of it. */
export function readEnvironment(env: NodeJS.ProcessEnv, config_file?: string): Settings {
  const read = readSettings(env, (path) => readFileSync(path, 'utf8'));
  if (!read.ok)
    throw new UsageError(
      `the environment has ${read.problems.length} problem(s):\n${read.problems.map((p) => `  ${p}`).join('\n')}`,
    );
  if (config_file === undefined) return read.settings;
  const kill_switch_file = env.EVENKEEL_KILL_SWITCH_FILE?.trim() || killSwitchBeside(config_file);
  return { ...read.settings, config_file, kill_switch_file };
}

/** The configuration of the file with what the environment says over it, for whoever is to watch clusters; UsageError where it names none. */
export function readOwnConfig(settings: Settings): Config {
  const config = readConfig(settings);
  if (config.clusters.length > 0) return config;
  throw new UsageError('no cluster: set EVENKEEL_PVE_HOSTS, or list clusters in the configuration file');
}

/** Throws a UsageError where a file or token is missing that these rights need, naming each. */
export function checkReach({ clusters }: Config, rights: readonly ('read' | 'write')[], settings: Settings): void {
  const problems = clusters.flatMap((cluster) => rights.flatMap((right) => problemOf(cluster, right, settings)));
  if (problems.length > 0) throw new UsageError([...new Set(problems)].join('\n'));
}

function problemOf(cluster: ClusterConfig, right: 'read' | 'write', settings: Settings): string[] {
  try {
    reachOf(cluster, right, settings);
    return [];
  } catch (error) {
    return [(error as Error).message];
  }
}

function readConfig(settings: Settings): Config {
  const file = settings.config_file;
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
    throw unreadable(file, (error as NodeJS.ErrnoException).code);
  }
}

/** The UsageError about a file that cannot be read, by the code of what went wrong. */
export const unreadable = (file: string, code = 'error'): UsageError =>
  new UsageError(`cannot read ${file}: ${code === 'EISDIR' ? 'it is a folder, and a file is needed' : code}`);

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
