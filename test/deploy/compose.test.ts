import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { services } from '@evenkeel/all-in-one';
import { parseConfigText, readSettings, variables } from '@evenkeel/runtime';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readCompose, root, textOf } from './compose.ts';

const compose = readCompose();
const containers = Object.entries(compose.services);
const real = {
  EVENKEEL_MODE: 'auto',
  EVENKEEL_DRY_RUN: 'false',
  EVENKEEL_PVE_CLUSTER: 'prod',
  EVENKEEL_PVE_HOSTS: 'pve1.example.org,pve2.example.org',
  EVENKEEL_PVE_FINGERPRINTS: Array(32).fill('AB').join(':'),
  EVENKEEL_PVE_READ_TOKEN_FILE: './read',
  EVENKEEL_PVE_WRITE_TOKEN_FILE: './write',
};

test('every service has exactly one container, called after it', () => {
  const run = containers.filter(([, c]) => c.command[0] === 'run').map(([name, c]) => [name, c.command[1]]);
  expect(run.sort()).toEqual(services.map(({ name }) => [name, name]).sort());
});

describe.each(containers)('container %s', (_, container) => {
  test('can write nothing, gain nothing, take no more than its share, and is not published', () => {
    expect(container).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      mem_limit: expect.stringMatching(/^\d+m$/),
      pids_limit: expect.any(Number),
      restart: 'unless-stopped',
    });
    expect([container.ports, container.privileged, container.cap_add]).toEqual([undefined, undefined, undefined]);
  });

  test('says whether it is well', () => expect(container.healthcheck.test.length).toBeGreaterThan(1));

  test('mounts what is there', () => {
    for (const [source = ''] of (container.volumes ?? []).map((v) => v.split(':'))) {
      if (source.startsWith('.')) expect(existsSync(join(root, source)), source).toBe(true);
      else expect(Object.keys(compose.volumes)).toContain(source);
    }
  });
});

describe.each([
  ['as it stands', {}],
  ['with a real cluster', real],
])('the environment %s', (_, given) => {
  const services = Object.entries(readCompose(given).services).filter(([, c]) => c.environment);

  test.each(services)('of %s is understood', (_name, { environment = {} }) => {
    expect(readSettings(environment, () => 'token')).toMatchObject({ ok: true });
    const known = Object.keys(variables);
    expect(
      Object.keys(environment).filter((name) => !known.includes(name.replace(/_FILE$/, '')) && !known.includes(name)),
    ).toEqual([]);
  });

  test.each([
    ['READ', 'collector'],
    ['WRITE', 'executor'],
  ])('gives the %s token to the %s alone', (right, owner) => {
    const secret = `${right.toLowerCase()}-token`;
    const holders = services.filter(([, c]) =>
      Object.keys(c.environment ?? {}).some((name) => name.includes(`_${right}_TOKEN`)),
    );
    const mounted = services.filter(([, c]) => c.secrets?.includes(secret));
    expect([holders, mounted].map((list) => list.map(([name]) => name))).toEqual([[owner], [owner]]);
  });
});

test('what is empty is not set, and a real cluster is not held against the certificate of the simulated one', () => {
  const settings = (given: Record<string, string>) => {
    const read = readSettings(readCompose(given).services.collector?.environment ?? {}, () => 'token');
    if (!read.ok) throw new Error(read.problems.join());
    return read.settings;
  };
  expect(settings({})).toMatchObject({ mode: undefined, dry_run: undefined, pve: { hosts: [], ca_file: undefined } });
  expect(settings(real)).toMatchObject({
    mode: 'auto',
    dry_run: false,
    pve: {
      hosts: ['pve1.example.org', 'pve2.example.org'],
      ca_file: undefined,
      read_token_file: '/run/secrets/read-token',
    },
  });
});

test('the tokens are those of the simulated cluster, and only the second may migrate', () => {
  const { tokens } = parse(textOf('packages/simulator/examples/homelab.yaml'));
  const mayMigrate = (token = '') =>
    tokens
      .filter((t: { id: string; secret: string }) => `${t.id}=${t.secret}` === token)
      .map((t: { privileges: object }) => JSON.stringify(t.privileges).includes('VM.Migrate'));
  expect(mayMigrate(compose.services.collector?.environment?.EVENKEEL_PVE_READ_TOKEN)).toEqual([false]);
  expect(mayMigrate(compose.services.executor?.environment?.EVENKEEL_PVE_WRITE_TOKEN)).toEqual([true]);
});

test('the configuration that comes along is valid, moves nothing, and finds the simulator', () => {
  const parsed = parseConfigText(textOf('deploy/config/evenkeel.yaml'));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const { command = [], healthcheck } = compose.services.simulator ?? {};
  const option = (name: string) => command[command.indexOf(name) + 1];
  expect(parsed.config).toMatchObject({ mode: 'observe', automated_migrations: { dry_run: true } });
  expect(parsed.config.clusters).toMatchObject([
    { name: 'homelab', hosts: [`${option('--name')}:${option('--port')}`], ca_file: option('--ca-file') },
  ]);
  expect(option('--name')).toBe('simulator');
  expect(healthcheck?.test.join()).toContain(option('--ca-file'));
});

test('NATS has on disk what it acknowledges', () => {
  expect(textOf('deploy/nats.conf')).toMatch(/^\s*sync_interval: always$/m);
  expect(textOf('deploy/nats.conf')).toContain(`store_dir: "${compose.services.nats?.volumes?.[1]?.split(':')[1]}"`);
});

test('the image is not root and is built from what is sent to be built', () => {
  const lines = textOf('deploy/Dockerfile').split('\n');
  expect(lines.filter((line) => line.startsWith('USER ')).at(-1)).toMatch(/^USER [1-9]\d*:[1-9]\d*$/);
  const sent = textOf('.dockerignore')
    .split('\n')
    .filter((line) => line.startsWith('!'))
    .map((line) => line.slice(1));
  const copied = lines.filter((l) => /^COPY (?!--from)/.test(l)).flatMap((l) => l.split(/\s+/).slice(1, -1));
  expect(copied.filter((path) => !sent.includes(path) || !existsSync(join(root, path)))).toEqual([]);
});

test('what the image has compiled beforehand was compiled by the user and with the flags of every start', () => {
  const [, before = '', after = ''] =
    /^RUN (.*NODE_COMPILE_CACHE[\s\S]*?[^\\])\n([\s\S]*)$/m.exec(textOf('deploy/Dockerfile')) ?? [];
  const flags = JSON.parse(/^ENTRYPOINT (.*)$/m.exec(after)?.[1] ?? '[]').slice(1, -1);
  expect(flags.length).toBeGreaterThan(0);
  expect(before).toContain(`node ${flags.join(' ')} `);
  const [uid, gid] = /^USER (.*)$/m.exec(after)?.[1]?.split(':') ?? [];
  expect(before).toContain(`--reuid ${uid} --regid ${gid} `);
  expect(textOf('deploy/Dockerfile').split('\n')).toContain('ENV NODE_COMPILE_CACHE=/app/node_modules/.cache/evenkeel');
});
