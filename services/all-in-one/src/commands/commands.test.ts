import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Recommendation } from '@evenkeel/contracts';
import { testNats } from '@evenkeel/servers/test';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { evenkeel } from '../testing/evenkeel.ts';
import { tellCluster } from '../testing/told-cluster.ts';

const nats = await testNats();

describe.skipIf(!nats)('the command line asks what is known of a cluster', () => {
  const dir = mkdtemp(join(tmpdir(), 'evenkeel-commands-'));
  let moved: Recommendation;
  beforeAll(async () => {
    moved = await tellCluster(nats!.url);
  });
  afterAll(async () => {
    await nats?.stop();
    await rm(await dir, { recursive: true, force: true });
  });
  const ask = (...args: string[]) => evenkeel([...args, '--cluster', 'lab'], { EVENKEEL_NATS_URL: nats!.url });

  test('scale <vmid>: the node that the run found, and the whole plan', async () => {
    const { code, out, err } = await ask('scale', String(moved.vmid));
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(new RegExp(`cpu: migrate to ${moved.target_node}, 0\\.90 → 0\\.79`));
    expect(out).toContain('plan (live_migration)');
    expect(out).toMatch(/1 Validate target node capacity[\s\S]*success: VM remains responsive[\s\S]*rollback: /);
  });

  test('scale <vmid> --json: the older call’s answer, and every decision', async () => {
    const { out } = await ask('scale', String(moved.vmid), '--json');
    const answer = JSON.parse(out);
    expect(answer).toMatchObject({
      action: 'migrate',
      resource: 'cpu',
      current: 0.9,
      target: 0.788,
      target_node_id: moved.target_node,
      migration_details: { migration_type: 'live_migration' },
    });
    expect(answer.decisions[0].migration_plan.source_node_id).toBe('a');
  });

  test('scale <vmid> --metrics: decides by the figures that are given', async () => {
    const file = join(await dir, 'metrics.json');
    await writeFile(file, '{"cpu":{"current":0.5,"average":0.5,"peak":0.9}}');
    const { out } = await ask('scale', '109', '--metrics', file, '--json');
    expect(JSON.parse(out)).toMatchObject({ action: 'scale_up', current: 0.5, target: 1 });
    await writeFile(file, '{"cpu":{"current":50}}');
    const wrong = await ask('scale', '109', '--metrics', file);
    expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('metrics.json: cpu.current: ')]);
  });

  test('scale: what is advised now', async () => {
    const { code, out } = await ask('scale');
    expect(code).toBe(0);
    expect(out).toMatch(/qemu\/109 +vm109 +on b +scale_down +cpu\n {4}CPU 5 % now/);
    expect(out).toMatch(new RegExp(`${moved.guest} .*migrate +cpu to ${moved.target_node}`));
  });

  test('place: every node with what it would be, and why not', async () => {
    const { code, out, err } = await ask('place', '--cpu', '4', '--mem', '8', '--load', '50', '--tag', 'exclude_db');
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^4 vCPUs at 50 %, 8\.0 of 8\.0 GiB .*\nbest: c\n/);
    expect(out).toMatch(/^b .* no: tag exclude_db keeps it apart from qemu\/109 on b$/m);
    expect(out).toMatch(/^a .* no: CPU would peak at \d+ %, 85 % are allowed$/m);
    const named = await ask('place', '--cpu', '1', '--mem', '1', '--name', 'web-9', '--pool', 'prod', '--json');
    expect(JSON.parse(named.out).guest).toMatchObject({ name: 'web-9', pool: 'prod' });
    const far = await ask('place', '--cpu', '1', '--mem', '1', '--name', 'far-1');
    expect(far.out).toMatch(/\nbest: b\n[\s\S]*^c .* no: rule far wants it on b$/m);
    const none = await ask('place', '--cpu', '4', '--mem', '800', '--json');
    expect([none.code, JSON.parse(none.out).best]).toEqual([1, null]);
    const pinned = await ask('place', '--cpu', '1', '--mem', '1', '--tag', 'plb_pin_nosuch');
    expect(pinned.out).toMatch(/\nbest: c\ncannot hold: plb_pin_nosuch names a node that does not exist\n/);
    const huge = await ask('place', '--cpu', '1', '--mem', '2000');
    expect([huge.code, huge.out]).toEqual([
      1,
      expect.stringMatching(/\nno node is large enough, not even an empty one\n/),
    ]);
    expect(huge.out).toMatch(/^a .* – +no: a has .* GiB of memory to use, 2000\.0 GiB are needed$/m);
  });

  test('profile: how a guest behaves, and what it counts with', async () => {
    const { code, out } = await ask('profile', '109');
    expect(code).toBe(0);
    expect(out).toMatch(/behaviour {2}cyclical, period 24 h/);
    expect(out).toMatch(/most at 13:00 \(25 %\), least at 04:00 \(1 %\)/);
    expect(out).toMatch(/counts as {2}\d+\.\d cores .*: its last hour, day and week, weighed, at its peak\n/);
    const json = await ask('profile', 'qemu/101', '--json');
    expect(JSON.parse(json.out)).toMatchObject({
      guest: 'qemu/101',
      profile: { behavior: 'steady' },
      prediction: { cores: 1.8 },
    });
  });

  test('outcomes: expected against actual, by pair, guest, filter and confidence', async () => {
    const { code, out } = await ask('outcomes');
    expect(code).toBe(0);
    expect(out).toMatch(/^2 migrations; 2 judged: 1 beneficial, 1 neutral, 0 harmful\n/);
    expect(out).toMatch(/1h +\+12\.0 +\+12\.3 +beneficial +30 \(10–50\) +61/);
    expect(out).toMatch(/^cooldown +1 +1 +1 +1 +1 +0 +0 +0 +67 %$/m);
    expect(out).toContain('inside the 90 % interval: gain 1 of 2, CPU of the target 3 of 3, duration 0 of 2');
    const one = await ask('outcomes', '--vmid', String(moved.vmid), '--since', '7d', '--json');
    expect(JSON.parse(one.out)).toMatchObject({ all: { judged: 1, beneficial: 1 }, by_pair: [{ source: 'a' }] });
    expect((await ask('outcomes', '--since', '2099-01-01')).out).toBe('no outcome is recorded yet\n');
  });

  test('outcomes --held-back: whether what filters held back would have paid', async () => {
    const { code, out } = await ask('outcomes', '--held-back');
    expect([code, out]).toEqual([
      0,
      'filter 1 (cooldown) held back 1 move, of which 1 would not have paid, 1 of these would have done harm\n\nconfidence  judged  expected  came\n    90–100       1      91 %   0 %\n',
    ]);
    const json = await ask('outcomes', '--held-back', '--json');
    expect(JSON.parse(json.out)).toMatchObject({ by_filter: [{ filter: 'cooldown', moves: 1 }], proposals: [] });
    expect((await ask('outcomes', '--held-back', '--vmid', '999')).out).toContain('no move that was held back');
  });

  test('backtest: on what the telemetry stream still holds, or on what was saved of it', async () => {
    const { code, out } = await ask('backtest', '--json');
    expect([code, JSON.parse(out).rows[0]]).toEqual([
      0,
      expect.objectContaining({ name: 'nothing moves', samples: 3 }),
    ]);
    const file = join(await dir, 'saved.jsonl');
    expect((await ask('backtest', '--save', file)).out).toBe(`3 samples of cluster lab written to ${file}\n`);
    const played = await evenkeel(['backtest', file, '--json']);
    expect(JSON.parse(played.out).rows).toEqual(JSON.parse(out).rows);
    expect(await ask('backtest', '--save', file)).toMatchObject({ code: 2, err: expect.stringContaining('EEXIST') });
  });

  test('explain: the ladder of the last decision', async () => {
    const { code, out } = await ask('explain', String(moved.vmid));
    expect(code).toBe(0);
    expect(out).toMatch(/filtered: moved 5 min ago[\s\S]*✗ {2}1 cooldown/);
  });

  test.each([
    [['scale', 'web-1'], 2, 'is not a vmid'],
    [['scale', '999'], 1, 'no guest 999 in cluster lab'],
    [['profile', '999'], 1, 'no guest 999 in cluster lab'],
    [['place', '--cpu', '4'], 2, "required option '--mem <GiB>' not specified"],
    [['place', '--cpu', 'x', '--mem', '1'], 2, 'must be a whole number from 1 to 1024'],
    [['place', '--cpu', '1', '--mem', '1', '--disk', '8'], 2, '--disk needs a --storage to lie on'],
    [['outcomes', '--since', 'yesterday'], 2, 'is neither such as 7d nor a date'],
  ])('%j is refused in a sentence', async (args, code, sentence) => {
    const ran = await ask(...args);
    expect(ran).toMatchObject({ code, out: '' });
    expect(ran.err).toContain(sentence);
  });

  test('an unknown cluster is refused with those that there are', async () => {
    const { code, err } = await evenkeel(['profile', '1', '--cluster', 'moon'], { EVENKEEL_NATS_URL: nats!.url });
    expect([code, err]).toEqual([2, expect.stringContaining('no cluster "moon"; there are lab, mars')]);
  });

  test('a cluster of which nothing is known yet says so', async () => {
    const env = { EVENKEEL_NATS_URL: nats!.url, EVENKEEL_PVE_HOSTS: 'pve1' };
    const { code, err } = await evenkeel(['profile', '1', '--cluster', 'homelab'], env);
    expect([code, err]).toEqual([1, expect.stringContaining('nothing is known of cluster homelab')]);
  });
});

test('without NATS each command says what to set', async () => {
  const { code, err } = await evenkeel(['profile', '1']);
  expect([code, err]).toEqual([2, expect.stringContaining('set EVENKEEL_NATS_URL')]);
});

test.each([
  [['backtest', 'traces.csv', '--nodes', '2.5'], '1 to 256'],
  [['backtest', 'traces.csv', '--guests', '10.7'], '1 to 10000'],
  [['demo', '--exit-after', '1.5'], '1 to 1000000'],
  [['simulate', '--port', '80.5'], '0 to 65535'],
  [['place', '--mem', '1', '--cpu', '1.5'], '1 to 1024'],
])('what is counted is a whole number: %o', async (args, range) => {
  const { code, err } = await evenkeel(args);
  expect([code, err]).toEqual([2, expect.stringContaining(`must be a whole number from ${range}`)]);
});

test.each(['scale', 'place', 'profile', 'outcomes'])('%s explains itself', async (name) => {
  const { code, out } = await evenkeel([name, '--help']);
  expect(code).toBe(0);
  expect(out).toMatch(/Usage: evenkeel \w+/);
  expect(out).toContain('--json');
});
