import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Bus, connectNats, createMemoryBus } from '@evenkeel/bus';
import type { ClusterConfig, Config } from '@evenkeel/contracts';
import { createProxmox, httpsTransport, type Proxmox, type Transport } from '@evenkeel/proxmox';
import { connectRedis, createMemoryStore, type Store } from '@evenkeel/store';
import { bind } from './bind.ts';
import { type ConfigSource, openConfigSource } from './config-source.ts';
import type { Log, Service } from './define-service.ts';
import { serveHealth } from './health.ts';
import { createLog } from './log.ts';
import { createMetrics } from './metrics.ts';
import type { Settings } from './settings.ts';
import { type Started, start } from './start.ts';
import { plainTracing, type Tracing } from './tracing.ts';

export const version = '0.1.0';

export type Opened = {
  bus: Bus;
  store: Store;
  configs: ConfigSource;
  log: Log;
  started: Started;
  health_port: number;
  /** Takes nothing new, finishes what is in hand, and closes. */
  close: () => Promise<void>;
};

export type OpenOptions = {
  name: string;
  settings: Settings;
  config: Config;
  /** Replaces the client, for a simulator in the same process. */
  proxmox?: (cluster: ClusterConfig, right: 'read' | 'write') => Proxmox;
  ack_wait_ms?: number;
};

/** Connects to the servers that the settings name and starts the services on them. */
export async function openProcess(services: readonly Service[], options: OpenOptions): Promise<Opened> {
  const { settings, config, name } = options;
  const log = createLog(settings.log_level, { svc: name });
  const metrics = createMetrics(version);
  const tracing = await openTracing(settings, name);
  log.info({ nats: withoutSecrets(settings.nats_url), redis: withoutSecrets(settings.redis_url) }, 'connecting');
  const bus = await openBus(settings, name);
  const store = await openStore(settings);
  const configs = await openConfigSource(bus.ledger, config);
  const clients = new Map<string, Proxmox>();
  const proxmox = (cluster: string, right: 'read' | 'write'): Proxmox => {
    const found = config.clusters.find((c) => c.name === cluster);
    if (!found) throw new Error(`cluster ${cluster} is not configured`);
    const client =
      options.proxmox?.(found, right) ??
      connectCluster(found, right, settings, {
        count: metrics.api,
        mayWrite: () => standstill(configs.current().config),
        log,
      });
    clients.set(`${cluster}/${right}`, client);
    return client;
  };
  const stopWatching = watchServers({ bus, store }, log);
  const stopFollowing = followConfig(configs, log);
  const started = await start(services, {
    bus,
    store,
    configs,
    clusters: config.clusters.map((c) => c.name),
    proxmox,
    metrics,
    tracing,
    log,
    machine_now: () => Date.now(),
    instance: randomBytes(4).toString('hex'),
    timers: 'run',
    ...(options.ack_wait_ms === undefined ? {} : { ack_wait_ms: options.ack_wait_ms }),
  });
  const health = await serveHealth({
    host: settings.http_host,
    port: settings.http_port,
    checks: started.checks,
    registry: metrics.registry,
    refresh: started.refresh,
    log,
  });
  log.info(
    { version, clusters: config.clusters.map((c) => c.name), port: health.port, config: configs.current().revision },
    'started',
  );
  return {
    bus,
    store,
    configs,
    log,
    started,
    health_port: health.port,
    close: async () => {
      stopFollowing();
      stopWatching();
      await started.stop();
      await Promise.all([...clients.values()].map((c) => c.close()));
      await health.close();
      await store.close();
      await bus.close();
      await tracing.close();
      log.info({}, 'stopped');
    },
  };
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

/** Every two seconds, what another process has put in force. */
function followConfig(configs: ConfigSource, log: Log): () => void {
  const timer = setInterval(() => {
    configs.follow().then(
      (news) => news && log.info({ config: configs.current().revision }, 'another configuration is in force'),
      (error) => log.warn({ error }, 'could not look which configuration is in force'),
    );
  }, 2_000);
  timer.unref();
  return () => clearInterval(timer);
}

/** Why nothing may be written to Proxmox under this configuration; null where it may. */
export function standstill({ mode, automated_migrations: { enabled, dry_run } }: Config): string | null {
  if (!enabled) return 'automated_migrations.enabled is off';
  if (mode !== 'auto') return `mode is ${mode}`;
  return dry_run ? 'dry_run is on' : null;
}

async function openTracing(settings: Settings, name: string): Promise<Tracing> {
  if (!settings.otlp) return plainTracing((bytes) => randomBytes(bytes).toString('hex'));
  const { openTelemetry } = await import('./otel-tracing.ts');
  return openTelemetry(name, version);
}

export async function openBus(settings: Settings, name: string): Promise<Bus> {
  if (settings.nats_url === 'memory:') return createMemoryBus();
  return connectNats({
    servers: settings.nats_url,
    name: `evenkeel-${name}`,
    ...(settings.nats_user === undefined ? {} : { user: settings.nats_user }),
    ...(settings.nats_password === undefined ? {} : { pass: settings.nats_password }),
    ...(settings.nats_ca_file === undefined ? {} : { tls: { ca_file: settings.nats_ca_file } }),
  });
}

async function openStore(settings: Settings): Promise<Store> {
  if (settings.redis_url === 'memory:') return createMemoryStore();
  return connectRedis({
    url: settings.redis_url,
    ...(settings.redis_password === undefined ? {} : { password: settings.redis_password }),
  });
}

type Count = { inc: (labels: { cluster: string; method: string; code: string }) => void };

/** A client of the real API with the token of its right; without a write token the executor can look, and nothing else. */
export function connectCluster(
  cluster: ClusterConfig,
  right: 'read' | 'write',
  settings: Settings,
  { count, mayWrite, log }: { count: Count; mayWrite: () => string | null; log: Log },
): Proxmox {
  const write = right === 'write' ? tokenOf(cluster, 'write', settings) : undefined;
  const token = write ?? tokenOf(cluster, 'read', settings);
  if (!token) throw new Error(missingToken(cluster, right));
  const edge = bind(log, { cluster: cluster.name });
  const transport = httpsTransport({
    hosts: cluster.hosts,
    fingerprints: cluster.fingerprints,
    ...(cluster.ca_file === undefined ? {} : { ca: readFileSync(cluster.ca_file, 'utf8') }),
    log: edge,
  });
  return createProxmox({
    transport: counted(transport, cluster.name, count),
    token,
    readOnly: right === 'read',
    mayWrite: () => (write ? mayWrite() : `there is no write token: ${missingToken(cluster, 'write')}`),
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

function tokenOf(cluster: ClusterConfig, right: 'read' | 'write', { pve }: Settings): string | undefined {
  const own = cluster.name === pve.cluster;
  const file = cluster[`${right}_token_file`] ?? (own ? pve[`${right}_token_file`] : undefined);
  return file ? readFileSync(file, 'utf8').trim() : own ? pve[`${right}_token`] : undefined;
}

const missingToken = ({ name }: ClusterConfig, right: 'read' | 'write'): string =>
  `cluster ${name} has no ${right} token: set its ${right}_token_file, or EVENKEEL_PVE_${right.toUpperCase()}_TOKEN(_FILE) with EVENKEEL_PVE_CLUSTER=${name}`;
