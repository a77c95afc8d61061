import type { Baseline } from '@evenkeel/contracts';
import { aConfig, aNode, GiB } from '@evenkeel/model/sample-cluster';
import { describe, expect, test } from 'vitest';
import { exceeded } from './exceed.ts';

const usual = (change: Partial<Baseline> = {}): Baseline => ({
  days: 7,
  founded: true,
  cpu_mean: 0.6,
  cpu_sd: 0.05,
  cpu_sigma: 4,
  mem_mean: 0.7,
  mem_sd: 0.02,
  mem_sigma: 1,
  ...change,
});
const settings = (enabled: boolean) =>
  aConfig({
    recommendation_thresholds: { cpu: 60, mem: 70, iowait: 30 },
    penalty_config: { seasonal_baseline: { enabled, sigma_threshold: 2.5 } },
  });
const ask = (load: { cpu: number; mem: number }, { on = true, change = {}, node = {} } = {}) =>
  exceeded(load, aNode('a', { cpu: 0.8, mem: 48 * GiB, ...node }), usual(change), settings(on));

describe('thresholds', () => {
  test.each([
    ['none at the limits', { cpu: 0.6, mem: 0.7 }, {}, []],
    ['CPU', { cpu: 0.61, mem: 0.5 }, {}, ['cpu']],
    ['memory', { cpu: 0.5, mem: 0.71 }, {}, ['mem']],
    ['IO wait', { cpu: 0.5, mem: 0.5 }, { iowait: 0.31 }, ['iowait']],
    ['no IO wait at the limit', { cpu: 0.5, mem: 0.5 }, { iowait: 0.3 }, []],
    ['all', { cpu: 1, mem: 1 }, { iowait: 1 }, ['cpu', 'mem', 'iowait']],
  ])('%s', (_, load, node, expected) => {
    expect(ask(load, { on: false, node })).toEqual({ exceeded: expected });
  });
});

describe('with what is usual', () => {
  test('a reading far from it counts, one near it does not, each with its figures', () => {
    expect(ask({ cpu: 0.9, mem: 0.9 })).toEqual({
      exceeded: ['cpu'],
      note: 'CPU 80 % against 60 % ± 5 % usual at this hour (7 days): 4.0 deviations, beyond 2.5; memory 75 % against 70 % ± 2 % usual at this hour (7 days): expected',
    });
    expect(ask({ cpu: 0.9, mem: 0.5 }, { change: { cpu_sigma: 2.5 } }).exceeded).toEqual([]);
  });
  test('a few days make nothing usual', () => {
    expect(ask({ cpu: 0.9, mem: 0.9 }, { change: { founded: false, days: 2 } })).toEqual({
      exceeded: ['cpu', 'mem'],
      note: 'CPU: 2 days are too few to know what is usual at this hour; memory: 2 days are too few to know what is usual at this hour',
    });
  });
  test('nothing is said of what is below its threshold', () => {
    expect(ask({ cpu: 0.5, mem: 0.5 })).toEqual({ exceeded: [] });
  });
});
