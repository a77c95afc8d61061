import type { NatsLook, StreamLook } from '@evenkeel/bus';
import { type About, type Finding, findingsAbout } from './finding.ts';
import { judgeClock } from './judge-clock.ts';

/** What the monitoring port says of syncing; null where it does not answer. */
export type SyncLook = { always: boolean; interval_ms: number } | null;

const about = findingsAbout('NATS');

/** Whether this NATS keeps what it acknowledges, and keeps it as long as Evenkeel needs it. */
export function judgeNats(look: NatsLook, sync: SyncLook, monitor: string): Finding[] {
  const made = look.streams.filter(({ exists }) => exists);
  return [
    about.ok('connection', `answers, version ${look.version}, with JetStream`),
    ...judgeStreams(about, look.streams),
    ...(made.length > 0 ? [judgeReplicas(look, made)] : []),
    judgeSync(look, sync, monitor),
    ...(look.clock_ahead_ms === null ? [] : [judgeClock(about, 'NATS', look.clock_ahead_ms)]),
  ];
}

function judgeStreams({ ok, warning }: About, streams: readonly StreamLook[]): Finding[] {
  const missing = streams.filter(({ exists }) => !exists).map(({ name }) => name);
  if (missing.length === streams.length)
    return [ok('streams', 'none yet: the first service that starts makes them (evenkeel up)')];
  const differing = streams.filter(({ differs }) => differs.length > 0);
  const wrong = differing.map(({ name, differs }) => {
    const options = differs.map(({ option, found, wanted }) => `${option} is ${found}, should be ${wanted}`);
    return warning(`stream ${name}`, options.join('; '), 'start any Evenkeel service again: it sets this right');
  });
  const lacking = missing.map((name) =>
    warning(`stream ${name}`, 'is not there although others are', 'start any Evenkeel service again: it makes it'),
  );
  const messages = streams.reduce((sum, stream) => sum + stream.messages, 0);
  const mib = Math.round(streams.reduce((sum, stream) => sum + stream.bytes, 0) / 2 ** 20);
  const fine = ok('streams', `${streams.length} as they should be, ${messages} messages in ${mib} MiB`);
  return wrong.length + lacking.length > 0 ? [...wrong, ...lacking] : [fine];
}

function judgeReplicas({ servers }: NatsLook, streams: readonly StreamLook[]): Finding {
  const fewest = Math.min(...streams.map(({ replicas }) => replicas));
  if (servers < 3 || fewest >= 3)
    return about.ok('replicas', `${fewest} of each stream, on ${servers} server${servers === 1 ? '' : 's'}`);
  const names = streams.filter(({ replicas }) => replicas < 3).map(({ name }) => name);
  return about.warning(
    'replicas',
    `${servers} servers, but ${fewest} of ${names.join(', ')}: what one server loses is lost`,
    names.map((name) => `nats stream edit ${name} --replicas 3 -f`).join(' && '),
  );
}

function judgeSync({ streams }: NatsLook, sync: SyncLook, monitor: string): Finding {
  const made = streams.filter(({ exists }) => exists);
  if (sync?.always) return about.ok('sync', 'what it acknowledges is on disk (sync_interval: always)');
  if (made.length > 0 && made.every(({ replicas }) => replicas >= 3))
    return about.ok('sync', 'three replicas: what it acknowledges outlives the loss of one server');
  const advice = 'set `sync_interval: always` in jetstream {} of nats.conf, as deploy/nats.conf has it';
  if (sync === null)
    return about.warning(
      'sync',
      `whether it syncs before it acknowledges cannot be seen: ${monitor} does not answer`,
      `${advice}; to have it checked: \`http: 8222\` there, and --nats-monitor URL here`,
    );
  const seconds = Math.round(sync.interval_ms / 1000);
  return about.warning('sync', `syncs every ${seconds} s: a power cut loses what it acknowledged since`, advice);
}
