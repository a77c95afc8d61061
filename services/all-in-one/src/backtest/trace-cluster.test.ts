import { ClusterSample } from '@evenkeel/contracts';
import { describe, expect, test } from 'vitest';
import { readTraces, traceCluster } from './trace-cluster.ts';

describe('a table of traces', () => {
  test.each([
    [
      'percent',
      'a,10,20\nb,0,100\r\n',
      [
        { name: 'a', cpu: [0.1, 0.2] },
        { name: 'b', cpu: [0, 1] },
      ],
    ],
    [
      'tenths of a percent',
      'a,10,200\nb,0,1000',
      [
        { name: 'a', cpu: [0.01, 0.2] },
        { name: 'b', cpu: [0, 1] },
      ],
    ],
    ['CPU and memory', 'a/cpu,10,20\na/mem,50,60', [{ name: 'a', cpu: [0.1, 0.2], mem: [0.5, 0.6] }]],
    ['no numbers', 'a,10,x', 'line 1 is not a name and percentages, with commas'],
    ['a row that was cut off', 'a,1,2,3\nb,1,2', 'row 2 (b) ends after 2 values, others have 3: was it cut off?'],
    ['a value that was cut off', 'a,1,2,3\nb,1,2,', 'line 2 is not a name and percentages, with commas'],
    [
      'a load that no guest can have',
      `a,${Array(30).fill(20)}\nb,10,300,${Array(28).fill(20)}`,
      'row 2 (b), column 3: 300 is no load between 0 and 100 %',
    ],
    ['a load below nothing', 'a,10,20\nb,-1,10', 'row 2 (b), column 2: -1 is no load between 0 and 100 %'],
    [
      'more than all of it in tenths of a percent',
      'a,500,600\nb,10,1001',
      'row 2 (b), column 3: 1001 is no load between 0 and 1000 tenths of a percent',
    ],
    ['one value', 'a,1,2\nb,1', 'line 2 is not a name and percentages, with commas'],
    ['a name that is missing', ',1,2', 'line 1 is not a name and percentages, with commas'],
  ])('in %s', (_, text, expected) => expect(readTraces(text)).toEqual(expected));
});

describe('the cluster around them', () => {
  const traces = Array.from({ length: 16 }, (_, i) => ({ name: `t${i}`, cpu: [0.2, 0.4, 0.3] }));
  const made = (start: 'roundrobin' | 'skewed', guests = 16) =>
    traceCluster(traces, { nodes: 4, guests, load: 0.5, start });
  const samples = [...made('roundrobin').samples()];

  test('gives valid samples, five minutes apart, of nodes as busy as asked', () => {
    expect(samples.map((s) => s.at.slice(11, 16))).toEqual(['00:05', '00:10', '00:15']);
    for (const sample of samples) expect(ClusterSample.parse(sample)).toEqual(sample);
    const mean = samples.flatMap((s) => s.nodes.map((n) => n.cpu)).reduce((a, b) => a + b, 0) / 12;
    expect(mean).toBeGreaterThan(0.45);
    expect(mean).toBeLessThan(0.55);
  });

  test('is even, or has three quarters of its guests on half of the nodes', () => {
    const on = (start: 'roundrobin' | 'skewed') => {
      const [first] = [...made(start).samples()];
      return first!.nodes.map((n) => first!.guests.filter((g) => g.node === n.node).length);
    };
    expect([on('roundrobin'), on('skewed')]).toEqual([
      [4, 4, 4, 4],
      [6, 6, 2, 2],
    ]);
  });

  test('takes as many traces as it is told, and no more than there are', () => {
    expect([...made('roundrobin', 3).samples()][0]!.guests).toHaveLength(3);
    expect(made('skewed', 99).note).toMatch(/^16 traces on 4 nodes of \d+ threads and \d+ GiB, skewed$/);
  });
});
