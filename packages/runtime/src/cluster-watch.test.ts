import { Config, type ConfigInput } from '@evenkeel/contracts';
import { beforeEach, expect, test } from 'vitest';
import { type ClusterWatch, createClusterWatch } from './cluster-watch.ts';

let missing: string[] = [];
let logged: string[] = [];
let watch: ClusterWatch;
beforeEach(() => {
  missing = [];
  logged = [];
  watch = createClusterWatch({
    rights: ['read'],
    reach: ({ name, hosts }) => {
      if (missing.includes(name)) throw new Error(`read_token_file of cluster ${name}: cannot read /t (ENOENT)`);
      return hosts.join();
    },
    log: {
      info: (fields, message) => void logged.push(`info ${Object.values(fields)[0]}: ${message}`),
      error: (fields, message) => void logged.push(`error ${Object.values(fields)[0]}: ${message}`),
    },
  });
});

const clusters = (...given: NonNullable<ConfigInput['clusters']>) => Config.parse({ clusters: given });
const east = { name: 'east', hosts: ['e1'] };
const west = { name: 'west', hosts: ['w1'] };
const troubles = () => watch.checks().map(({ name, trouble }) => [name, trouble()]);

test('what comes, changes and goes is said by name; what stays is not', () => {
  watch.take(clusters(east));
  expect(logged).toEqual([]);
  expect(watch.take(clusters({ ...east, hosts: ['e2'] }, west))).toEqual([
    { name: 'east', reach: 'e2' },
    { name: 'west', reach: 'w1' },
  ]);
  watch.take(clusters({ ...east, hosts: ['e2'] }, west));
  watch.take(clusters(west));
  expect(logged).toEqual([
    'info east: the way to a cluster has changed: it is connected anew',
    'info west: a cluster more is watched',
    'info east: a cluster is no longer watched',
  ]);
});

test('a new cluster that lacks something is not ready, said once, and watched once it is there', () => {
  watch.take(clusters(east));
  missing = ['west'];
  for (let i = 0; i < 3; i++) expect(watch.take(clusters(east, west)).map(({ name }) => name)).toEqual(['east']);
  expect(logged).toEqual([
    'error west: a cluster is not watched: something is missing; it is watched once that is there',
  ]);
  expect(troubles()).toEqual([['clusters/west', 'read_token_file of cluster west: cannot read /t (ENOENT)']]);
  missing = [];
  expect(watch.take(clusters(east, west)).map(({ name }) => name)).toEqual(['east', 'west']);
  expect(troubles()).toEqual([]);
});

test('a cluster whose new way lacks something keeps its old way', () => {
  watch.take(clusters(east));
  missing = ['east'];
  expect(watch.take(clusters({ ...east, hosts: ['e2'] }))).toEqual([{ name: 'east', reach: 'e1' }]);
  expect(watch.configOf('east').hosts).toEqual(['e1']);
  expect(troubles()).toHaveLength(1);
});
