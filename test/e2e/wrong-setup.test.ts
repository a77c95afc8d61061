import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { skewedCluster, writeToken } from './stage/cluster.ts';
import { type OpenedCluster, openCluster } from './stage/open-cluster.ts';
import { type Program, startProgram } from './stage/program.ts';
import { findBoth, openServers, type Servers } from './stage/servers.ts';
import { askReady, hasStarted, openStage, type Stage } from './stage/stage.ts';
import { until } from './stage/until.ts';

const binaries = await findBoth();
const speed = 60;

describe.skipIf(!binaries)('what is set up wrongly', { timeout: 60_000 }, () => {
  let servers: Servers;
  let cluster: OpenedCluster;
  let expired: OpenedCluster;
  let stage: Stage;
  let withoutRedis: Program;

  beforeAll(async () => {
    servers = await openServers(binaries!, 'max_payload: 8192');
    cluster = await openCluster(skewedCluster, speed);
    expired = await openCluster(skewedCluster, speed, { expired: true });
    stage = await openStage({ servers, proxmox: cluster });
    withoutRedis = stage.start('scorer', { EVENKEEL_REDIS_URL: 'redis://127.0.0.1:1' });
  });
  afterAll(async () => {
    await stage?.close();
    await cluster?.close();
    await expired?.close();
    await servers?.close();
  });

  /** Starts a collector with another way to the cluster. */
  const collect = async (name: string, reach: object): Promise<Program> => {
    const file = join(servers.dir, `${name}.json`);
    await writeFile(file, JSON.stringify({ clusters: [{ name, ...reach }] }));
    return stage.start('collector', { EVENKEEL_CONFIG: file, EVENKEEL_PVE_CLUSTER: name });
  };
  const host = ({ port }: OpenedCluster) => [`127.0.0.1:${port}`];

  test('each way to the cluster that is barred says what to do, at /readyz and once in the log', async () => {
    const ca_file = join(servers.dir, 'ca.pem');
    await writeFile(ca_file, expired.certificate.ca);
    const wrong = writeToken.replaceAll('0', '1');
    const cases: [start: () => Program | Promise<Program>, RegExp, isSilent?: true][] = [
      [
        () => stage.start('collector', { EVENKEEL_PVE_READ_TOKEN: wrong }),
        /API token is not accepted .*it may be mistyped, expired or removed/,
      ],
      [() => stage.start('executor', { EVENKEEL_PVE_WRITE_TOKEN: wrong }), /API token is not accepted/],
      [
        () => collect('expired', { hosts: host(expired), ca_file }),
        /certificate has expired; renew it on the node/,
        true,
      ],
      [
        () => collect('strange', { hosts: host(cluster), fingerprints: [expired.fingerprint] }),
        /certificate fingerprint is .* expected .* set the new fingerprint/,
        true,
      ],
      [
        () => collect('unknown', { hosts: host(cluster) }),
        /not trusted here; set fingerprints \(EVENKEEL_PVE_FINGERPRINTS\)/,
        true,
      ],
    ];
    for (const [start, sentence, isSilent] of cases) {
      const program = await start();
      const port = await hasStarted(program);
      const { text } = await until(
        'trouble',
        async () => {
          const answer = await askReady(port);
          return answer.status === 503 && answer;
        },
        { seconds: 20, tell: program.output },
      );
      expect(text).toMatch(sentence);
      expect(program.isOver()).toBe(false);
      await sleep(2_000);
      const warnings = program.lines().filter(({ level }) => level === 'warn' || level === 'error');
      const [failures, others] = split(warnings, ({ error }) => error !== undefined);
      expect(failures.map(({ error }) => (error as Error).message)).toEqual([expect.stringMatching(sentence)]);
      const [silent, notes] = split(others, ({ host: silentHost }) => silentHost !== undefined);
      expect(silent.map(({ msg }) => msg)).toEqual(isSilent ? ['a host of the cluster does not answer'] : []);
      for (const { msg } of notes) expect(msg).toMatch(/^mode is observe|has neither fingerprints nor ca_file/);
      expect(notes.length).toBeLessThanOrEqual(2);
      expect(program.output()).not.toContain(wrong.split('=')[1]);
      await program.kill();
    }
  });

  test('a bad configuration ends it with 2 and names every problem with its line', async () => {
    const file = join(servers.dir, 'bad.yaml');
    await writeFile(file, 'mode: go\ncollection:\n  sample_interval_seconds: 5\ncooldown_minute: 3\n');
    const program = startProgram('bad', ['run', 'scorer', '-c', file], {});
    expect(await program.exited).toMatchObject({ code: 2 });
    for (const named of [
      /line 1: mode is "go"/,
      /line 3: collection\.sample_interval_seconds is 5/,
      /line 4: unknown option cooldown_minute/,
    ])
      expect(program.output()).toMatch(named);
    const environment = startProgram('bad', ['run', 'scorer'], { EVENKEEL_NATS_URL: 'http://x', EVENKEEL_MODE: 'go' });
    expect(await environment.exited).toMatchObject({ code: 2 });
    expect(environment.output()).toMatch(/EVENKEEL_NATS_URL: must be[\s\S]*EVENKEEL_MODE: "go" is not one of/);
    const tokenless = startProgram('bad', ['up'], {
      EVENKEEL_HTTP_PORT: '0',
      EVENKEEL_PVE_HOSTS: 'pve1',
      EVENKEEL_PVE_READ_TOKEN: 'hello',
      EVENKEEL_PVE_WRITE_TOKEN_FILE: '/nowhere',
    });
    expect(await tokenless.exited).toMatchObject({ code: 2 });
    for (const named of [
      /EVENKEEL_PVE_READ_TOKEN: not a token as USER@REALM!TOKENID=UUID/,
      /EVENKEEL_PVE_WRITE_TOKEN_FILE: the file that it names cannot be read \(ENOENT\)/,
    ])
      expect(tokenless.output()).toMatch(named);
    expect(tokenless.output()).not.toContain('hello');
  });

  test('an event that the server is too small for is refused, said, and laid aside', async () => {
    const program = stage.start('collector');
    await until('a dead letter', async () => (await Array.fromAsync(stage.bus.letters())).length > 0, {
      seconds: 20,
      tell: program.output,
    });
    const [letter] = await Array.fromAsync(stage.bus.letters());
    expect(letter!.reason).toMatch(/\d+ bytes, more than the \d+ that NATS takes/);
    expect(letter!.headers['ce-id']).toMatch(/^(history\.backfilled|cluster\.sampled)\//);
    expect(program.lines().find(({ level }) => level === 'error')?.msg).toMatch(
      /event refused: larger than the server takes/,
    );
    await program.kill();
  });

  test('no Redis at the start: it ends with a sentence, for whoever starts it again', async () => {
    expect(await withoutRedis.exited).toMatchObject({ code: 1 });
    expect(withoutRedis.output()).toMatch(/Redis does not answer yet; still trying/);
    expect(withoutRedis.output()).toMatch(/cannot connect to Redis at 127\.0\.0\.1:1/);
  });
});

function split<T>(all: readonly T[], isFirst: (one: T) => boolean): [T[], T[]] {
  return [all.filter(isFirst), all.filter((one) => !isFirst(one))];
}
