import type { NodeScore } from '@evenkeel/contracts';
import { aConfig } from '@evenkeel/model/sample-cluster';
import { expect, test } from 'vitest';
import { converge } from './converge.ts';

const config = aConfig({ penalty_config: { cluster_convergence_threshold: 8 } });
const node = (name: string, penalty: number, exceeded: string[] = [], hourly_penalty?: number[]) =>
  ({ node: name, penalty, exceeded, ...(hourly_penalty ? { hourly_penalty } : {}) }) as unknown as NodeScore;
const day = (first: number, second: number) => Array.from({ length: 24 }, (_, h) => (h < 12 ? first : second));

test.each<[string, NodeScore[], number, boolean, string]>([
  ['no nodes', [], 0, true, 'penalties 0.0 points apart, up to 8.0 are tolerated'],
  [
    'as far apart as is tolerated',
    [node('a', 12), node('b', 4), node('c', 6)],
    8,
    true,
    'penalties 8.0 points apart, up to 8.0 are tolerated',
  ],
  ['farther', [node('a', 12.1), node('b', 4)], 8.1, false, 'penalties 8.1 points apart, up to 8.0 are tolerated'],
  [
    'alike on average, but peaking in turn',
    [node('a', 15, [], day(0, 30)), node('b', 15, [], day(30, 0))],
    30,
    false,
    'penalties 30.0 points apart, up to 8.0 are tolerated',
  ],
  [
    'one of them without a rhythm',
    [node('a', 15, [], day(5, 25)), node('b', 15)],
    10,
    false,
    'penalties 10.0 points apart, up to 8.0 are tolerated',
  ],
  [
    'farther apart on average than by the hour',
    [node('a', 40, [], day(5, 5)), node('b', 5, [], day(5, 5))],
    35,
    false,
    'penalties 35.0 points apart, up to 8.0 are tolerated',
  ],
  [
    'alike, but two over a threshold',
    [node('a', 50, ['cpu', 'mem']), node('b', 50, ['iowait']), node('c', 50)],
    0,
    false,
    'penalties 0.0 points apart, up to 8.0 are tolerated; a over its threshold for cpu and mem, b over its threshold for iowait',
  ],
  [
    'many over a threshold',
    ['a', 'b', 'c', 'd', 'e'].map((n) => node(n, 50, ['cpu'])),
    0,
    false,
    'penalties 0.0 points apart, up to 8.0 are tolerated; a over its threshold for cpu, b over its threshold for cpu, c over its threshold for cpu, and 2 more nodes',
  ],
])('%s', (_, scores, spread, converged, reason) => {
  expect(converge(scores, config)).toEqual({ spread: expect.closeTo(spread, 9), threshold: 8, converged, reason });
});
