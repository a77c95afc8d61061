import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aCluster, aGuest, aNode } from '@evenkeel/model/sample-cluster';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { evenkeel } from '../testing/evenkeel.ts';

let dir: string;
const write = async (name: string, text: string): Promise<string> => {
  await writeFile(join(dir, name), text);
  return join(dir, name);
};
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'evenkeel-backtest-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const nodes = [aNode('a'), aNode('b'), aNode('c')];
/** Two hours of a cluster whose first node is full, a sample a minute; half way somebody moves a guest by hand. */
const samples = Array.from({ length: 120 }, (_, i) =>
  aCluster(
    nodes,
    Array.from({ length: 10 }, (_, g) => aGuest(101 + g, g === 9 && i >= 60 ? 'b' : 'a', { cpu: 0.9, maxcpu: 2 })),
    { at: new Date(Date.UTC(2026, 0, 5, 12, i)).toISOString(), sequence: i + 1 },
  ),
);
const bold = 'mode: observe\npenalty_config: {min_score_improvement: 1, cluster_convergence_threshold: 3}\n';

describe('backtest', () => {
  test('plays recorded samples under each configuration, with its own moves carried along', async () => {
    const file = await write('recording.jsonl', samples.map((s) => JSON.stringify(s)).join('\n'));
    const config = await write('bold.yaml', bold);
    const { code, out, err } = await evenkeel(['backtest', file, '-c', 'defaults', '-c', config, '--json']);
    expect([code, err]).toEqual([0, expect.stringMatching(/^defaults: \d+ %, \d+ of 120 samples[\s\S]*bold: 100 %/)]);
    const { cluster, rows } = JSON.parse(out);
    expect([cluster, rows.map((r: { name: string }) => r.name)]).toEqual([
      'lab',
      ['nothing moves', 'as recorded', 'defaults', 'bold'],
    ]);
    const [still, recorded, defaults, brave] = rows;
    expect(still).toMatchObject({
      samples: 120,
      moves: 0,
      lost: expect.closeTo(2 / 18, 3),
      over_85: expect.closeTo(1 / 3, 3),
    });
    expect(recorded).toMatchObject({ moves: 1, regrets: 0, regret_known: 1 });
    expect(recorded.lost).toBeLessThan(still.lost);
    for (const row of [defaults, brave]) {
      expect(row.moves).toBeGreaterThan(1);
      expect(row.gib_moved).toBeGreaterThan(row.moves);
      expect(row.lost).toBeLessThan(recorded.lost);
      expect(row.judged.beneficial).toBeGreaterThan(0);
    }
    expect(brave.moves).toBeGreaterThan(defaults.moves);
    expect(brave.spread).toBeLessThan(defaults.spread);
  });

  test('heeds what the configuration says of the recorded cluster, and nothing that it says of another', async () => {
    const file = await write('two.jsonl', samples.map((s) => JSON.stringify(s)).join('\n'));
    const clusters = 'clusters: [{name: lab, hosts: [x]}, {name: moon, hosts: [y]}]\n';
    const ignoring = (guests: string) =>
      `${bold}${clusters}automated_migrations: {rules: {ignore_guests: [${guests}]}}\n`;
    const others = await write('others.yaml', ignoring('moon/*'));
    const own = await write('own.yaml', ignoring('lab/*'));
    const { out } = await evenkeel(['backtest', file, '-c', others, '-c', own, '--json']);
    const { rows } = JSON.parse(out);
    expect(rows.at(-2)).toMatchObject({ name: 'others', moves: expect.toSatisfy((moves) => moves > 1) });
    expect(rows.at(-1)).toMatchObject({ name: 'own', moves: 0 });
  });

  test('takes events too, and passes over what is no sample', async () => {
    const lines = samples.slice(0, 30).map((data) => ({ type: 'dev.evenkeel.cluster.sampled.v1', data }));
    const other = { type: 'dev.evenkeel.run.decided.v1', data: {} };
    const file = await write('events.jsonl', [other, ...lines].map((l) => JSON.stringify(l)).join('\n'));
    const { code, out } = await evenkeel(['backtest', file]);
    expect(code).toBe(0);
    expect(out).toMatch(/^cluster lab, from .*events\.jsonl: 30 samples/);
    expect(out).toMatch(/^recommended +\d+ /m);
    expect((await evenkeel(['backtest', file, '--json'])).out).toBe((await evenkeel(['backtest', file, '--json'])).out);
  });

  test('makes a cluster up around traces', async () => {
    const trace = (i: number) => Array.from({ length: 36 }, (_, t) => 30 + ((7 * i + t) % 5));
    const file = await write('traces.csv', Array.from({ length: 24 }, (_, i) => `t${i},${trace(i)}`).join('\n'));
    const { code, out } = await evenkeel(['backtest', file, '--nodes', '3', '--guests', '20']);
    expect(code).toBe(0);
    expect(out).toMatch(/^cluster trace, 20 traces on 3 nodes of \d+ threads and \d+ GiB, skewed: 36 samples/);
    expect(out).toMatch(/^ +moves +≥ 85 % +GiB moved +regrets +lost +ping-pong +highest +spread$/m);
  });

  test.each([
    ['nothing', '', 'is empty'],
    ['a text', 'hello', 'neither JSON lines nor a table: line 1'],
    ['a broken line', '{"a":', 'wrong:1: not JSON'],
    ['something else', '{"a":1}', 'wrong:1: no cluster.sampled: '],
    ['a row that was cut off', 'a,1,2,3\nb,1,2', 'row 2 (b) ends after 2 values, others have 3'],
    ['other events', '{"type":"dev.evenkeel.run.decided.v1"}', 'holds no sample'],
    ['one sample', JSON.stringify(samples[0]), '1 samples of cluster lab, and two are needed at least'],
  ])('refuses a file with %s in a sentence', async (_, text, sentence) => {
    const { code, out, err } = await evenkeel(['backtest', await write('wrong', text)]);
    expect([code > 0, out, err]).toEqual([true, '', expect.stringContaining(sentence)]);
  });

  test('takes a recording whose last line was cut off without that line, and says so once', async () => {
    const whole = samples.slice(0, 3).map((s) => JSON.stringify(s));
    const file = await write('cut.jsonl', [...whole, whole[0]!.slice(0, 200)].join('\n'));
    const { code, out, err } = await evenkeel(['backtest', file]);
    expect([code, out]).toEqual([0, expect.stringMatching(/^cluster lab, from .*cut\.jsonl: 3 samples/)]);
    expect(err.match(/cut\.jsonl:4: the last line was cut off and does not count/g)).toHaveLength(1);
    const torn = await write('torn.jsonl', [whole[0]!.slice(0, 200), ...whole].join('\n'));
    expect(await evenkeel(['backtest', torn])).toMatchObject({ code: 2, err: expect.stringContaining(':1: not JSON') });
  });

  test('refuses another cluster, and a configuration with problems', async () => {
    const file = await write('one.jsonl', JSON.stringify(samples[0]));
    expect((await evenkeel(['backtest', file, '--cluster', 'moon'])).err).toContain(
      'holds samples of lab only, none of moon',
    );
    const config = await write('wrong.yaml', 'mode: go\n');
    const { code, err } = await evenkeel(['backtest', file, '-c', config]);
    expect([code, err]).toEqual([2, expect.stringContaining('mode is "go"')]);
  });

  test('says what is no preset and no file', async () => {
    const file = await write('one.jsonl', JSON.stringify(samples[0]));
    const preset = await evenkeel(['backtest', file, '-c', 'toString']);
    expect([preset.code, preset.err]).toEqual([2, expect.stringContaining('cannot read toString: ENOENT')]);
    for (const args of [[dir], [file, '-c', dir]]) {
      const { code, err } = await evenkeel(['backtest', ...args]);
      expect([code, err]).toEqual([2, expect.stringContaining(`cannot read ${dir}: it is a folder`)]);
    }
  });

  test('explains itself', async () => {
    const { out } = await evenkeel(['backtest', '--help']);
    expect(out).toContain('Each configuration decides on the same recorded loads');
  });
});
