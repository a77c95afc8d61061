import { type Automation, type Config, inForce, type Mode, untouched, warnOf } from '@evenkeel/contracts';
import { safe } from '../demo/tell.ts';
import { type Finding, findingsAbout } from './finding.ts';
import type { Force } from './look-at-force.ts';

type LacksToken = NonNullable<Parameters<typeof warnOf>[1]>;

/** Milliseconds for which a failed migration may stop others. */
const stop_ms = 3_600_000;

/** The mode of a configuration, and what keeps anything from moving in it. */
export function sayMode({ mode, automated_migrations: { enabled, dry_run } }: Config): string {
  return `${mode}${enabled ? (dry_run ? ', dry_run: nothing moves' : '') : ', automated_migrations off: nothing is decided'}`;
}

/** What holds in each cluster now, whatever the file says: its mode, who paused it, what is drained, what failed last. */
export function judgeForce({ config, automations }: Force, file: Config, now: number): Finding[] {
  return config.clusters.flatMap(({ name }) => judgeOne(name, { config, file, now }, automations[name] ?? untouched));
}

type Failure = NonNullable<Automation['failure']>;
type Given = { config: Config; file: Config; now: number };

function judgeOne(cluster: string, given: Given, automation: Automation): Finding[] {
  const { config, file } = given;
  const { ok, warning } = findingsAbout(`cluster ${cluster}`);
  const { pause, mode, drained, failure } = automation;
  const holds = sayMode(inForce(config, automation));
  const by = mode ? ` (by ${safe(mode.by)} since ${mode.since})` : '';
  const but = holds === sayMode(file) ? '' : `; the file says ${sayMode(file)}`;
  return [
    ok('mode in force', `${holds}${by}${but}`),
    ...(pause
      ? [warning('pause', `paused ${sayWho(pause)}: nothing more is begun`, `to go on: evenkeel resume ${cluster}`)]
      : []),
    ...Object.entries(drained).map(([node, who]) =>
      ok(`drain of ${node}`, `drained ${sayWho(who)}; to end it: evenkeel undrain ${node} --cluster ${cluster}`),
    ),
    ...(failure ? [judgeFailure(cluster, failure, given)] : []),
  ];
}

function judgeFailure(cluster: string, { migration_id, at, resumed }: Failure, { config, now }: Given): Finding {
  const { ok, warning } = findingsAbout(`cluster ${cluster}`);
  const said = `migration ${migration_id} failed at ${at}`;
  const mayStop = !resumed && config.automated_migrations.safety_checks.abort_on_failure;
  if (mayStop && now - Date.parse(at) < stop_ms)
    return warning(
      'last failure',
      `${said}: nothing more moves for an hour`,
      `to go on at once: evenkeel resume ${cluster}`,
    );
  return ok('last failure', resumed ? `${said}; somebody has resumed since` : said);
}

const sayWho = ({ by, since, reason }: { by: string; since: string; reason: string }): string =>
  `by ${safe(by)} since ${since}${reason && `: ${reason}`}`;

/** What there is to know of the options of the file in the modes that are in force; where those differ, by cluster. */
export function warnOfForce(file: Config, force: Force | null, lacksToken: LacksToken): string[] {
  if (!force) return warnOf(file, lacksToken);
  const modeOf = (cluster: string): Mode => force.automations[cluster]?.mode?.mode ?? force.config.mode;
  const { enabled, dry_run } = force.config.automated_migrations;
  const names = file.clusters.map(({ name }) => name);
  const modes = [...new Set(names.map(modeOf))];
  if (modes.length === 0) return warnOf(file, lacksToken);
  const acting = { ...file, automated_migrations: { ...file.automated_migrations, enabled, dry_run } };
  const said = modes.map((mode) =>
    warnOf({ ...acting, mode }, (cluster) => modeOf(cluster.name) === mode && lacksToken(cluster)),
  );
  return [...new Set(said.flat())].map((text) => {
    const where = modes.filter((_, i) => said[i]!.includes(text));
    const prefix = names.filter((name) => where.includes(modeOf(name))).join(', ');
    return where.length === modes.length ? text : `${prefix}: ${text}`;
  });
}
