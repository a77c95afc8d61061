import { dirname, join } from 'node:path';
import { parseConfig } from '@evenkeel/contracts';
import { unreadable } from './unreadable.ts';

/** Where a process finds its servers, and how it shows itself; from the environment, secrets from files where possible. */
export type Settings = {
  config_file: string | undefined;
  nats_url: string;
  nats_user: string | undefined;
  nats_password: string | undefined;
  nats_ca_file: string | undefined;
  nats_replicas: number;
  redis_url: string;
  redis_password: string | undefined;
  log_level: string;
  http_host: string;
  http_port: number;
  otlp: boolean;
  /** The single cluster that the environment describes, over what the file says. */
  pve: {
    cluster: string;
    hosts: string[];
    fingerprints: string[];
    ca_file: string | undefined;
    read_token: string | undefined;
    write_token: string | undefined;
    read_token_file: string | undefined;
    write_token_file: string | undefined;
  };
  mode: string | undefined;
  /** On: nothing is written to Proxmox. */
  kill_switch: boolean;
  /** While this file is there, the same. */
  kill_switch_file: string;
  dry_run: boolean | undefined;
  /** Signs approvals, and is asked for by the executor where it is set. */
  approval_key: string | undefined;
};

/** Every variable, with what it says: the one place to look, and what the help prints. */
export const variables = {
  EVENKEEL_CONFIG: 'configuration file, YAML or JSON',
  EVENKEEL_NATS_URL: 'memory: or nats://host:4222 (several with commas)',
  EVENKEEL_NATS_USER: 'user of NATS',
  EVENKEEL_NATS_PASSWORD: 'its password (or EVENKEEL_NATS_PASSWORD_FILE)',
  EVENKEEL_NATS_CA_FILE: 'CA certificate of NATS (PEM)',
  EVENKEEL_NATS_REPLICAS:
    'copies of each stream: 1, or 3 or 5 on a cluster of as many servers (default 1; more that are there stay)',
  EVENKEEL_REDIS_URL: 'memory: or redis://host:6379',
  EVENKEEL_REDIS_PASSWORD: 'its password (or EVENKEEL_REDIS_PASSWORD_FILE)',
  EVENKEEL_PVE_CLUSTER: 'name of the single cluster (default homelab)',
  EVENKEEL_PVE_HOSTS: 'its API hosts, with commas: pve1,pve2:8006; over the clusters of the configuration file',
  EVENKEEL_PVE_FINGERPRINTS: 'SHA-256 fingerprints of its certificates, with commas',
  EVENKEEL_PVE_CA_FILE: 'its CA certificate (PEM)',
  EVENKEEL_PVE_READ_TOKEN: 'USER@REALM!TOKENID=UUID for reading (or EVENKEEL_PVE_READ_TOKEN_FILE)',
  EVENKEEL_PVE_WRITE_TOKEN: 'the token of the executor (or EVENKEEL_PVE_WRITE_TOKEN_FILE)',
  EVENKEEL_MODE: 'observe, recommend, approve or auto; over the configuration file',
  EVENKEEL_DRY_RUN: 'true or false; over the configuration file',
  EVENKEEL_KILL_SWITCH:
    'on, or anything but off, 0, false or no: nothing is written to Proxmox, whatever else holds; needs neither NATS nor Redis',
  EVENKEEL_KILL_SWITCH_FILE:
    'while this file is there, the same, at once (default: kill-switch beside the configuration file, else /etc/evenkeel/kill-switch)',
  EVENKEEL_APPROVAL_KEY:
    'shared by filter-pipeline and executor, at least 16 characters: then only approvals that are signed with it are carried out (or EVENKEEL_APPROVAL_KEY_FILE)',
  EVENKEEL_LOG_LEVEL: 'debug, info, warn, error or silent (default info)',
  EVENKEEL_HTTP_HOST: 'address of /livez, /readyz and /metrics (default 127.0.0.1)',
  EVENKEEL_HTTP_PORT: 'its port (default 9480, 0 for any)',
  OTEL_EXPORTER_OTLP_ENDPOINT: 'where traces are sent, by OTLP over HTTP; unset for none',
} as const;

const shortestKey = 16;

type Environment = Record<string, string | undefined>;

export type Read = { ok: true; settings: Settings } | { ok: false; problems: string[] };

/** Reads the environment; every problem at once. `readFile` throws where there is no such file. */
export function readSettings(env: Environment, readFile: (path: string) => string): Read {
  const problems: string[] = [];
  const text = (name: string): string | undefined => env[name]?.trim() || undefined;
  const list = (name: string): string[] =>
    (text(name) ?? '')
      .split(',')
      .map((s) => s.trim())
      .filter(Boolean);
  const secret = (name: string): string | undefined => {
    const file = text(`${name}_FILE`);
    if (!file) return text(name);
    try {
      return readFile(file).trim();
    } catch (error) {
      problems.push(unreadable(`${name}_FILE`, error));
      return undefined;
    }
  };
  const oneOf = (name: string, allowed: string[]): string | undefined => {
    const value = text(name);
    if (value !== undefined && !allowed.includes(value))
      problems.push(`${name}: ${JSON.stringify(value)} is not one of ${allowed.join(', ')}`);
    return value;
  };
  const url = (name: string, schemes: string[]): string => {
    const value = text(name) ?? 'memory:';
    const isOne = (u: string) => schemes.some((s) => u.startsWith(s)) && URL.canParse(u);
    const ok = value === 'memory:' || value.split(',').every((u) => isOne(u.trim()));
    if (!ok)
      problems.push(`${name}: must be memory: or start with ${schemes.join(' or ')}, and be URLs that can be read`);
    return value;
  };
  for (const name of Object.keys(env)) {
    if (name.startsWith('EVENKEEL_') && !isKnown(name))
      problems.push(`${name}: unknown variable; known are ${Object.keys(variables).join(', ')}`);
  }
  const port = Number(text('EVENKEEL_HTTP_PORT') ?? 9480);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    problems.push(`EVENKEEL_HTTP_PORT: ${text('EVENKEEL_HTTP_PORT')} is not a port from 0 to 65535`);
  const replicas = oneOf('EVENKEEL_NATS_REPLICAS', ['1', '3', '5']);
  const dry = oneOf('EVENKEEL_DRY_RUN', ['true', 'false']);
  const settings: Settings = {
    config_file: text('EVENKEEL_CONFIG'),
    nats_url: url('EVENKEEL_NATS_URL', ['nats://', 'tls://']),
    nats_user: text('EVENKEEL_NATS_USER'),
    nats_password: secret('EVENKEEL_NATS_PASSWORD'),
    nats_ca_file: text('EVENKEEL_NATS_CA_FILE'),
    nats_replicas: Number(replicas ?? 1),
    redis_url: url('EVENKEEL_REDIS_URL', ['redis://', 'rediss://']),
    redis_password: secret('EVENKEEL_REDIS_PASSWORD'),
    log_level: oneOf('EVENKEEL_LOG_LEVEL', ['debug', 'info', 'warn', 'error', 'silent']) ?? 'info',
    http_host: text('EVENKEEL_HTTP_HOST') ?? '127.0.0.1',
    http_port: port,
    otlp: text('OTEL_EXPORTER_OTLP_ENDPOINT') !== undefined || text('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT') !== undefined,
    pve: {
      cluster: text('EVENKEEL_PVE_CLUSTER') ?? 'homelab',
      hosts: list('EVENKEEL_PVE_HOSTS'),
      fingerprints: list('EVENKEEL_PVE_FINGERPRINTS'),
      ca_file: text('EVENKEEL_PVE_CA_FILE'),
      read_token: text('EVENKEEL_PVE_READ_TOKEN'),
      write_token: text('EVENKEEL_PVE_WRITE_TOKEN'),
      read_token_file: text('EVENKEEL_PVE_READ_TOKEN_FILE'),
      write_token_file: text('EVENKEEL_PVE_WRITE_TOKEN_FILE'),
    },
    kill_switch: !['', 'off', '0', 'false', 'no'].includes(text('EVENKEEL_KILL_SWITCH')?.toLowerCase() ?? ''),
    kill_switch_file: text('EVENKEEL_KILL_SWITCH_FILE') ?? killSwitchBeside(text('EVENKEEL_CONFIG')),
    mode: oneOf('EVENKEEL_MODE', ['observe', 'recommend', 'approve', 'auto']),
    dry_run: dry === undefined ? undefined : dry === 'true',
    approval_key: secret('EVENKEEL_APPROVAL_KEY'),
  };
  if (settings.approval_key !== undefined && settings.approval_key.length < shortestKey)
    problems.push(`EVENKEEL_APPROVAL_KEY: shorter than ${shortestKey} characters; openssl rand -base64 32 makes one`);
  problems.push(...problemsOf(settings.pve));
  return problems.length === 0 ? { ok: true, settings } : { ok: false, problems };
}

/** Where the kill switch lies unless told: beside the configuration file. */
export const killSwitchBeside = (config_file: string | undefined): string =>
  config_file === undefined ? '/etc/evenkeel/kill-switch' : join(dirname(config_file), 'kill-switch');

/** The cluster of the environment held against what the configuration allows, by the names of its variables. */
function problemsOf({ cluster, hosts, fingerprints, ca_file }: Settings['pve']): string[] {
  if (hosts.length === 0) return [];
  const own = { name: cluster, hosts, fingerprints, ...(ca_file === undefined ? {} : { ca_file }) };
  const parsed = parseConfig({ clusters: [own] });
  if (parsed.ok) return [];
  return parsed.problems.map(({ keys, found, allowed }) => `${variableOf(keys[2])}: ${found}; allowed: ${allowed}`);
}

const variableOf = (option: unknown): string =>
  `EVENKEEL_PVE_${option === 'name' ? 'CLUSTER' : String(option).toUpperCase()}`;

const secrets = [
  'EVENKEEL_NATS_PASSWORD',
  'EVENKEEL_REDIS_PASSWORD',
  'EVENKEEL_PVE_READ_TOKEN',
  'EVENKEEL_PVE_WRITE_TOKEN',
  'EVENKEEL_APPROVAL_KEY',
].map((name) => `${name}_FILE`);

/** Variables of the test servers, the cache and the data folder belong to the tools around it. */
const isKnown = (name: string): boolean =>
  name in variables || secrets.includes(name) || /^EVENKEEL_(TEST_|CACHE$|SHARED$|DATA$)/.test(name);
