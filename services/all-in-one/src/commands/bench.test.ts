import { describe, expect, test } from 'vitest';
import { evenkeel } from '../testing/evenkeel.ts';

const GiB = 2 ** 30;
const start = 1_735_689_600;
const init = {
  type: 'init',
  protocol: 1,
  intervalSeconds: 300,
  startTime: start,
  limits: { maxConcurrentMigrations: 2, hostMemoryReserveBytes: 2 * GiB },
  migration: { linkBytesPerSecond: 1e9 },
  nodes: ['a', 'b'].map((node) => ({ node, maxcpu: 16, maxmem: 64 * GiB })),
};

/** Ten guests on `a` that want more than it has, and an idle `b`. */
const step = (n: number) => ({
  type: 'step',
  step: n,
  time: start + 300 * (n + 1),
  act: true,
  nodes: ['a', 'b'].map((node) => ({
    ...{ node, status: 'online', maxcpu: 16, maxmem: 64 * GiB, uptime: 1e6, pressurecpusome: 0 },
    cpu: node === 'a' ? 0.99 : 0,
    mem: node === 'a' ? 22 * GiB : 2 * GiB,
  })),
  guests: Array.from({ length: 10 }, (_, i) => ({
    ...{ vmid: 100 + i, type: 'qemu', name: `vm${100 + i}`, node: 'a', status: 'running', cpu: 0.79, maxcpu: 2 },
    ...{ mem: 2 * GiB, maxmem: 4 * GiB, maxdisk: 32 * GiB, uptime: 1e6, tags: '' },
  })),
  migrations: [],
  results: [],
});

const play = (...args: string[]) =>
  evenkeel(
    ['bench', ...args],
    {},
    [init, step(0), step(1), step(2)].map((line) => `${JSON.stringify(line)}\n`).join(''),
  );

describe('evenkeel bench', () => {
  test('answers every line with one, and moves guests off a node that cannot serve them', async () => {
    const { code, out } = await play();
    const [ready, ...answers] = out.trim().split('\n');
    expect([code, ready, answers.length]).toEqual([0, '{"ready":true}', 3]);
    const moves = answers.flatMap((line) => JSON.parse(line).moves);
    expect(moves.length).toBeGreaterThan(0);
    expect(moves.every(({ target }) => target === 'b')).toBe(true);
  });

  test('--set: an option with another value', async () => {
    const { out } = await play('--set', 'mode=observe');
    expect(out.trim().split('\n').slice(1)).toEqual(Array(3).fill('{"moves":[]}'));
  });

  test.each([
    ['mode', '--set mode: key=value is needed'],
    ['mode=fast', 'mode is "fast"; allowed: '],
    ['penalty_config.min_score_improvement=-1', 'penalty_config.min_score_improvement is -1; allowed: '],
    ['penalty.x=1', 'unknown option penalty'],
  ])('--set %s is refused', async (setting, sentence) => {
    const { code, out, err } = await play('--set', setting);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(sentence);
  });
});
