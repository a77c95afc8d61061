import type { ClusterConfig, Config } from '@evenkeel/contracts';
import { createKillSwitch, lacksToken, pingHost, type Settings, tokenOf } from '@evenkeel/runtime';
import { checkCluster } from './check-cluster.ts';
import { checkRunning } from './check-running.ts';
import { checkNats, checkRedis } from './check-servers.ts';
import { type Finding, findingsAbout, presentable } from './finding.ts';
import type { Answer } from './in-time.ts';
import { judgeForce, sayMode, warnOfForce } from './judge-force.ts';
import { judgeTwins } from './judge-twins.ts';
import { type Force, lookAtForce } from './look-at-force.ts';

export type Examined = { settings: Settings; config: Config; nats_monitor?: string };

/** Checks all that Evenkeel stands on, each thing for itself; changes nothing, and tells no secret. */
export async function examine({ settings, config, nats_monitor }: Examined): Promise<Finding[]> {
  const [force, ping, clusters, nats, redis] = await Promise.all([
    lookAtForce(settings),
    checkPing(config),
    Promise.all(config.clusters.map((cluster) => checkCluster(cluster, config, settings))),
    checkNats(settings, nats_monitor),
    checkRedis(settings),
  ]);
  const twins = judgeTwins(clusters.flatMap(({ identity }) => identity ?? []));
  const ofClusters = clusters.flatMap(({ findings }) => findings);
  const secrets = secretsOf(settings, config);
  const setup = checkSetup(config, settings, force);
  const running = force.ok && force.value ? await checkRunning(settings, force.value.config) : [];
  const inForce = force.ok && force.value ? judgeForce(force.value, config, Date.now()) : [];
  return [...setup, ...inForce, ...running, ...ping, ...twins, ...ofClusters, ...nats, ...redis].map((finding) =>
    presentable(finding, secrets),
  );
}

function checkSetup(config: Config, settings: Settings, force: Answer<Force | null>): Finding[] {
  const { warning, problem } = findingsAbout('configuration');
  const stopped = createKillSwitch(settings)();
  return [
    ...judgeMode(config, force),
    ...(stopped === null ? [] : [warning('kill switch', `${stopped}: nothing is moved`, 'remove it to go on')]),
    ...(config.clusters.length > 0
      ? []
      : [
          problem(
            'clusters',
            'no cluster is named',
            'set EVENKEEL_PVE_HOSTS, or list clusters in the configuration file',
          ),
        ]),
    ...judgeApprovals(settings),
    ...warnOfForce(config, force.ok ? force.value : null, (cluster) => lacksToken(cluster, 'write', settings)).map(
      (text) => warning('options', text, 'deploy/reference/config.md says what it does'),
    ),
  ];
}

/** The mode that the file says, where none is known to be in force. */
function judgeMode(config: Config, force: Answer<Force | null>): Finding[] {
  const { ok, warning } = findingsAbout('configuration');
  if (force.ok) return force.value ? [] : [ok('mode', `${sayMode(config)}; none is in force yet`)];
  const unknown = `what is in force cannot be read: ${force.error.message}; the file says ${sayMode(config)}`;
  return [warning('mode', unknown, 'see NATS below; then ask again')];
}

/** Whether guests can be pinged from here, where any are to be. */
async function checkPing({ migration_checks: { ping_probes } }: Config): Promise<Finding[]> {
  if (ping_probes.length === 0) return [];
  const { ok, warning } = findingsAbout('configuration');
  const pinged = await pingHost({ host: '127.0.0.1', timeout_ms: 1_000 });
  if (pinged === true) return [ok('ping', 'this machine can ping, as ping_probes asks')];
  return [
    warning(
      'ping',
      `ping_probes names guests, but ${pinged === false ? 'a ping of this machine itself is not answered' : pinged.unable}: whether they respond is not asked that way`,
      'where the executor runs, install ping (apt install iputils-ping) and let its group send (sysctl net.ipv4.ping_group_range), or use tcp_probes',
    ),
  ];
}

/** Whether the executor can tell an approval from one that anybody on the bus made up, as seen from here. */
function judgeApprovals({ approval_key, nats_url }: Settings): Finding[] {
  const { ok, warning } = findingsAbout('configuration');
  if (nats_url === 'memory:') return [];
  if (approval_key !== undefined) return [ok('approvals', 'are signed (EVENKEEL_APPROVAL_KEY)')];
  return [
    warning(
      'approvals',
      'are not signed, as seen from here: whoever may publish on evenkeel.v1.decisions.> can have guests migrated',
      'give filter-pipeline and executor the same EVENKEEL_APPROVAL_KEY(_FILE) (openssl rand -base64 32), and each service its own NATS user: deploy/nats-accounts.conf',
    ),
  ];
}

function secretsOf(settings: Settings, { clusters }: Config): string[] {
  const ofUrl = (url: string): string[] =>
    url.split(',').flatMap((one) => /\/\/[^:@/]*:([^@/]+)@/.exec(one)?.[1] ?? []);
  const tokens = clusters.flatMap((cluster) => [
    readQuietly(cluster, 'read', settings),
    readQuietly(cluster, 'write', settings),
  ]);
  const given = [settings.nats_password, settings.redis_password, settings.approval_key];
  const isThere = (secret: string | undefined): secret is string => secret !== undefined;
  return [
    ...given.filter(isThere),
    ...tokens.filter(isThere).map((secret) => secret.slice(secret.indexOf('=') + 1)),
    ...ofUrl(settings.nats_url),
    ...ofUrl(settings.redis_url),
  ];
}

function readQuietly(cluster: ClusterConfig, right: 'read' | 'write', settings: Settings): string | undefined {
  try {
    return tokenOf(cluster, right, settings);
  } catch {
    return undefined;
  }
}
