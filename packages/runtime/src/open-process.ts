import { randomBytes } from 'node:crypto';
import { type Bus, connectNats, createMemoryBus } from '@evenkeel/bus';
import type { ClusterConfig, Config } from '@evenkeel/contracts';
import { createProxmox, httpsTransport, type Proxmox, type ProxmoxError, type Transport } from '@evenkeel/proxmox';
import { connectRedis, createMemoryStore, type Store } from '@evenkeel/store';
import { createApprovalSeal } from './approval-seal.ts';
import { bind } from './bind.ts';
import { lacksToken, missingToken, reachOf, readCa, tokenOf } from './cluster-reach.ts';
import { createClusterWatch, rightsOf } from './cluster-watch.ts';
import type { ConfigSource } from './config-source.ts';
import type { Log, Service } from './define-service.ts';
import { createDepartures } from './departures.ts';
import { followConfig } from './follow-config.ts';
import { serveHealth } from './health.ts';
import { createKillSwitch } from './kill-switch.ts';
import { createLog } from './log.ts';
import { createMayWrite } from './may-write.ts';
import { brokenInvariants, createMetrics } from './metrics.ts';
import { createNotes } from './notes.ts';
import { noteOffer, type OwnConfig, openConfigs } from './offer-config.ts';
import { natsOptionsOf, redisOptionsOf } from './server-options.ts';
import type { Settings } from './settings.ts';
import { type Started, start } from './start.ts';
import { plainTracing, type Tracing } from './tracing.ts';
import { watchAccess } from './watch-access.ts';
import { watchKillSwitch } from './watch-kill-switch.ts';

export const version = '0.1.0';

export type Opened = {
  bus: Bus;
  store: Store;
  configs: ConfigSource;
  log: Log;
  started: Started;
  health_port: number;
  /** Puts a configuration in force, in every process; its revision. */
  change: (config: Config) => Promise<string>;
  /** Takes nothing new, finishes what is in hand, and closes. */
  close: () => Promise<void>;
};

export type OpenOptions = {
  name: string;
  settings: Settings;
  /** What the file and the environment of this process say, or why they say nothing. */
  config: OwnConfig;
  /** Replaces the client, for a simulator in the same process. */
  proxmox?: (cluster: ClusterConfig, right: 'read' | 'write') => Proxmox;
  ack_wait_ms?: number;
  /** Machine milliseconds between the wish to write to Proxmox and the sending. */
  freshest_ms?: number;
};

/** Connects to the servers that the settings name and starts the services on them. */
export async function openProcess(services: readonly Service[], options: OpenOptions): Promise<Opened> {
  const { settings, name } = options;
  const log = createLog(settings.log_level, { svc: name });
  const metrics = createMetrics(version);
  const tracing = await openTracing(settings, name);
  log.info({ nats: withoutSecrets(settings.nats_url), redis: withoutSecrets(settings.redis_url) }, 'connecting');
  const bus = await soon('NATS', openBus(settings, name), log);
  const store = await soon('Redis', openStore(settings), log);
  const configs = await openConfigs(options.config, { name, ledger: bus.ledger, log });
  const killSwitch = createKillSwitch(settings);
  const access = watchAccess(log);
  const proxmox = (cluster: ClusterConfig, right: 'read' | 'write'): Proxmox =>
    options.proxmox?.(cluster, right) ??
    connectCluster(cluster, right, settings, {
      count: metrics.api,
      mayWrite: createMayWrite({
        cluster: cluster.name,
        ledger: bus.ledger,
        config: () => configs.current().config,
        killSwitch,
      }),
      heard: access.of(cluster.name, right),
      log,
      ...(options.freshest_ms === undefined ? {} : { freshest_ms: options.freshest_ms }),
    });
  const stopWatching = watchServers({ bus, store }, log);
  const stopLooking = watchKillSwitch(killSwitch, log);
  const rights = rightsOf(services);
  const mayMove = rights.includes('write') && !options.proxmox;
  const clusters = createClusterWatch({
    rights,
    reach: (cluster, right) => (options.proxmox ? '' : reachOf(cluster, right, settings)),
    log,
  });
  const departures = createDepartures({ services, ledger: bus.ledger, configs, log });
  const started = await start(services, {
    bus,
    store,
    configs,
    clusters: [],
    proxmox: (cluster, right) => proxmox(clusters.configOf(cluster), right),
    metrics,
    tracing,
    log,
    machine_now: () => Date.now(),
    wall: () => Date.now(),
    departed: departures.of,
    kill_switch: killSwitch,
    ...(settings.approval_key === undefined ? {} : { seal: createApprovalSeal(settings.approval_key) }),
    instance: randomBytes(4).toString('hex'),
    timers: 'run',
    ...(options.ack_wait_ms === undefined ? {} : { ack_wait_ms: options.ack_wait_ms }),
  });
  const notes = createNotes(log, (cluster) => mayMove && lacksToken(cluster, 'write', settings));
  const following = followConfig({
    configs,
    log,
    apply: async (config) => {
      notes.tell(config);
      await started.watch(clusters.take(config, await departures.look()));
    },
  });
  await following.begin();
  const health = await serveHealth({
    host: settings.http_host,
    port: settings.http_port,
    checks: () => [...started.checks(), ...clusters.checks(), ...departures.checks(), ...access.checks()],
    broken: () => brokenInvariants(metrics),
    registry: metrics.registry,
    refresh: started.refresh,
    log,
  });
  const { config, revision } = configs.current();
  log.info({ version, clusters: config.clusters.map((c) => c.name), port: health.port, config: revision }, 'started');
  return {
    bus,
    store,
    configs,
    log,
    started,
    health_port: health.port,
    change: async (config) => {
      const revision = await configs.change(config);
      await noteOffer(bus.ledger, name, config);
      await following.look();
      return revision;
    },
    close: async () => {
      following.stop();
      stopLooking();
      stopWatching();
      await started.stop();
      await health.close();
      await store.close();
      await bus.close();
      await tracing.close();
      log.info({}, 'stopped');
    },
  };
}

/** Says so where a server lets itself be waited for. */
async function soon<T>(server: string, opening: Promise<T>, log: Log): Promise<T> {
  const timer = setTimeout(() => log.warn({ server }, `${server} does not answer yet; still trying`), 2_000);
  return opening.finally(() => clearTimeout(timer));
}

const withoutSecrets = (urls: string): string => urls.replace(/\/\/[^@,/]*@/g, '//');

/** Says once when a server is lost, and once when it is back. */
function watchServers(servers: { bus: Bus; store: Store }, log: Log): () => void {
  const troubles = new Map<string, string>();
  const timer = setInterval(() => {
    for (const [name, { trouble }] of Object.entries(servers)) {
      const now = trouble();
      if (now !== null && !troubles.has(name)) log.warn({ server: name }, now);
      if (now === null && troubles.delete(name)) log.info({ server: name }, `the ${name} is back`);
      if (now !== null) troubles.set(name, now);
    }
  }, 1_000);
  timer.unref();
  return () => clearInterval(timer);
}

async function openTracing(settings: Settings, name: string): Promise<Tracing> {
  if (!settings.otlp) return plainTracing((bytes) => randomBytes(bytes).toString('hex'));
  const { openTelemetry } = await import('./otel-tracing.ts');
  return openTelemetry(name, version);
}

export async function openBus(settings: Settings, name: string): Promise<Bus> {
  if (settings.nats_url === 'memory:') return createMemoryBus();
  return connectNats(natsOptionsOf(settings, name));
}

export async function openStore(settings: Settings): Promise<Store> {
  if (settings.redis_url === 'memory:') return createMemoryStore();
  return connectRedis(redisOptionsOf(settings));
}

type Connecting = {
  count: Count;
  mayWrite: () => Promise<string | null>;
  heard?: (error: ProxmoxError | null) => void;
  log: Log;
  freshest_ms?: number;
};

type Count = { inc: (labels: { cluster: string; method: string; code: string }) => void };

/** A client of the real API with the token of its right; without a write token the executor can look, and nothing else. */
export function connectCluster(
  cluster: ClusterConfig,
  right: 'read' | 'write',
  settings: Settings,
  { count, mayWrite, heard, log, freshest_ms }: Connecting,
): Proxmox {
  const write = right === 'write' ? tokenOf(cluster, 'write', settings) : undefined;
  const token = write ?? tokenOf(cluster, 'read', settings);
  if (!token) throw new Error(missingToken(cluster, right));
  const edge = bind(log, { cluster: cluster.name });
  const ca = readCa(cluster, settings);
  const transport = httpsTransport({
    hosts: cluster.hosts,
    fingerprints: cluster.fingerprints,
    ...(ca === undefined ? {} : { ca }),
    log: edge,
  });
  return createProxmox({
    transport: counted(transport, cluster.name, count),
    token,
    readOnly: right === 'read',
    ...(freshest_ms === undefined ? {} : { freshest_ms }),
    mayWrite: () => (write ? mayWrite() : `there is no write token: ${missingToken(cluster, 'write')}`),
    ...(heard ? { heard } : {}),
    log: edge,
  });
}

function counted(transport: Transport, cluster: string, count: Count): Transport {
  return {
    send: async (request) => {
      try {
        const answer = await transport.send(request);
        count.inc({ cluster, method: request.method, code: String(answer.status) });
        return answer;
      } catch (error) {
        count.inc({ cluster, method: request.method, code: 'none' });
        throw error;
      }
    },
    close: transport.close,
  };
}
