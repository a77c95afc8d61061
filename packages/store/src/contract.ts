import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Commit, Scope, Store } from './port.ts';
import { noVersion, stillKnows } from './version.ts';

/** A commit that changes nothing but what is named. */
export function commitOf(changes: Partial<Commit>): Commit {
  return {
    id: 'first',
    expected_version: noVersion,
    writes: [],
    causes: [randomUUID()],
    receipt_ttl_seconds: 60,
    outbox: [],
    ...changes,
  };
}

export function freshScope(): Scope {
  return { service: 'scorer', cluster: `test-${randomUUID().slice(0, 8)}` };
}

/** What every store must do; each test has a cluster of its own. */
export function storeContract(name: string, make: () => Promise<Store>): void {
  describe(`store: ${name}`, () => {
    let store: Store;
    beforeAll(async () => {
      store = await make();
    });
    afterAll(() => store.close());
    remembering(() => store);
    committing(() => store);
    forgetting(() => store);
  });
}

function remembering(store: () => Store): void {
  test('of a scope never seen nothing is known', async () => {
    const scope = freshScope();
    expect(await store().version(scope)).toBe('0/');
    expect(await store().get(scope.cluster, 'scores', 'all')).toBeNull();
    expect(await store().all(scope.cluster, 'scores')).toEqual({});
    expect(await store().handled(scope, 'x')).toBe(false);
    expect(await store().outbox(scope)).toEqual([]);
    expect(await store().position(scope, 'decisions')).toBe(0);
    expect(store().trouble()).toBeNull();
  });

  test('parts are written, replaced and deleted', async () => {
    const scope = freshScope();
    const write = (part: string, value: unknown) => ({ record: 'scores', part, value });
    const first = [write('qemu/100', { text: '"50 %" – Euro €😀' }), write('all', [1, null]), write('zero', 0)];
    expect(await store().commit(scope, commitOf({ writes: first }))).toBe('1/first');
    expect(await store().get(scope.cluster, 'scores', 'qemu/100')).toEqual({ text: '"50 %" – Euro €😀' });
    const second = [write('all', [2]), write('qemu/100', null), write('never', null)];
    const next = commitOf({ id: 'second', writes: second, expected_version: '1/first' });
    expect(await store().commit(scope, next)).toBe('2/first');
    expect(await store().all(scope.cluster, 'scores')).toEqual({ all: [2], zero: 0 });
    expect(await store().version(scope)).toBe('2/first');
  });

  test('a cluster is forgotten, whatever its name, and no other', async () => {
    const { cluster } = freshScope();
    const [gone, stays] = [`${cluster}[*]?`, `${cluster}[*]?2`];
    for (const one of [gone, stays]) {
      const writes = [{ record: 'scores', part: 'all', value: one }];
      const commit = commitOf({
        writes,
        causes: ['c'],
        outbox: [1],
        positions: [{ stream: 'decisions', sequence: 7 }],
      });
      await store().commit({ service: 'a', cluster: one }, commit);
    }
    await store().forget(gone);
    const scope = { service: 'a', cluster: gone };
    expect(await store().get(gone, 'scores', 'all')).toBeNull();
    expect([await store().version(scope), await store().position(scope, 'decisions')]).toEqual(['0/', 0]);
    expect([await store().handled(scope, 'c'), await store().outbox(scope)]).toEqual([false, []]);
    expect(await store().get(stays, 'scores', 'all')).toBe(stays);
    expect(await store().handled({ service: 'a', cluster: stays }, 'c')).toBe(true);
  });

  test('clusters and services are apart, whatever their names; records are of the cluster', async () => {
    const { cluster } = freshScope();
    const clusters = [cluster, `${cluster}}`, `${cluster}:record`, `{${cluster}`, `${cluster}/ä`];
    for (const [index, odd] of clusters.entries()) {
      const writes = [{ record: 'scores', part: 'all', value: index }];
      const commit = commitOf({
        writes,
        causes: ['same'],
        outbox: [index],
        positions: [{ stream: 'decisions', sequence: index }],
      });
      expect(await store().commit({ service: 'scorer', cluster: odd }, commit)).toBe('1/first');
    }
    for (const [index, odd] of clusters.entries()) {
      expect(await store().get(odd, 'scores', 'all')).toBe(index);
      expect(await store().outbox({ service: 'scorer', cluster: odd })).toMatchObject([{ message: index }]);
      const other = { service: 'profiler', cluster: odd };
      expect([await store().version(other), await store().handled(other, 'same')]).toEqual(['0/', false]);
      expect([await store().outbox(other), await store().position(other, 'decisions')]).toEqual([[], 0]);
    }
  });

  test('a whole large cluster is written at once', async () => {
    const scope = freshScope();
    const value = { rings: [...Array(20).keys()] };
    const writes = [...Array(3_000).keys()].map((vmid) => ({ record: 'profiles', part: `qemu/${vmid}`, value }));
    expect(await store().commit(scope, commitOf({ writes }))).toBe('1/first');
    expect(Object.keys(await store().all(scope.cluster, 'profiles'))).toHaveLength(3_000);
  });
}

function committing(store: () => Store): void {
  test('a commit upon an older version changes nothing at all', async () => {
    const scope = freshScope();
    await store().commit(
      scope,
      commitOf({ writes: [{ record: 'scores', part: 'all', value: 'first' }], outbox: ['first'] }),
    );
    const late = commitOf({
      writes: [{ record: 'scores', part: 'all', value: 'late' }],
      causes: ['late'],
      outbox: ['late'],
      positions: [{ stream: 'decisions', sequence: 7 }],
    });
    expect(await store().commit(scope, late)).toBeNull();
    expect(await store().commit(scope, { ...late, expected_version: '2/first' })).toBeNull();
    expect(await store().version(scope)).toBe('1/first');
    expect(await store().get(scope.cluster, 'scores', 'all')).toBe('first');
    expect(await store().handled(scope, 'late')).toBe(false);
    expect((await store().outbox(scope)).map(({ message }) => message)).toEqual(['first']);
    expect(await store().position(scope, 'decisions')).toBe(0);
  });

  test('of many upon the same version one is done', async () => {
    const scope = freshScope();
    const commits = [...Array(10).keys()].map((n) => store().commit(scope, commitOf({ id: `${n}`, outbox: [n] })));
    const versions = await Promise.all(commits);
    const [winner] = await store().outbox(scope);
    expect(versions.filter((version) => version !== null)).toEqual([`1/${winner?.message}`]);
    expect(await store().outbox(scope)).toMatchObject([{ message: versions.findIndex((version) => version !== null) }]);
  });

  test('what was handled is known, and the position of each stream', async () => {
    const scope = freshScope();
    const cause = 'recommendation.decided/c1/"ä b"';
    await store().commit(scope, commitOf({ causes: [cause], positions: [{ stream: 'decisions', sequence: 41 }] }));
    const positions = [{ stream: 'telemetry', sequence: 9_007_199_254_740_991 }];
    await store().commit(scope, commitOf({ expected_version: '1/first', positions }));
    expect([await store().handled(scope, cause), await store().handled(scope, `${cause}x`)]).toEqual([true, false]);
    expect(await store().position(scope, 'decisions')).toBe(41);
    expect(await store().position(scope, 'telemetry')).toBe(9_007_199_254_740_991);
  });

  test('many are handled by one commit, which moves several streams on', async () => {
    const scope = freshScope();
    const causes = Array.from({ length: 300 }, (_, n) => `event/${n}`);
    const positions = [
      { stream: 'decisions', sequence: 7 },
      { stream: 'telemetry', sequence: 300 },
    ];
    const writes = [
      { record: 'scores', part: 'all', value: 'both' },
      { record: 'profiles', part: 'one', value: 1 },
    ];
    expect(await store().commit(scope, commitOf({ causes, positions, writes, outbox: ['said'] }))).toBe('1/first');
    const handled = await Promise.all(['event/0', 'event/299', 'event/300'].map((id) => store().handled(scope, id)));
    expect(handled).toEqual([true, true, false]);
    expect([await store().position(scope, 'decisions'), await store().position(scope, 'telemetry')]).toEqual([7, 300]);
    expect([
      await store().get(scope.cluster, 'scores', 'all'),
      await store().get(scope.cluster, 'profiles', 'one'),
    ]).toEqual(['both', 1]);
    expect(await store().outbox(scope)).toMatchObject([{ message: 'said' }]);
  });

  test('messages stay in order until they are settled', async () => {
    const scope = freshScope();
    const message = (n: number) => ({ n, text: 'Euro €😀' });
    const numbers = [...Array(12).keys()];
    await store().commit(scope, commitOf({ outbox: numbers.slice(0, 5).map(message) }));
    await store().commit(
      scope,
      commitOf({ id: 'second', expected_version: '1/first', outbox: numbers.slice(5).map(message) }),
    );
    const parked = await store().outbox(scope);
    expect(parked.map((found) => found.message)).toEqual(numbers.map(message));
    const settle = (some: typeof parked) =>
      store().settle(
        scope,
        some.map(({ id }) => id),
      );
    expect(await settle(parked.slice(0, 11))).toBe(11);
    expect(await settle([])).toBe(0);
    expect(await store().outbox(scope)).toEqual(parked.slice(11));
    expect(await settle(parked)).toBe(1);
    expect(await store().outbox(scope)).toEqual([]);
  });
}

function forgetting(store: () => Store): void {
  test('after it forgot it is told from what it was before, however far it comes', async () => {
    const scope = freshScope();
    const before = (await store().commit(scope, commitOf({}))) as string;
    expect(stillKnows(before, noVersion)).toBe(false);
    await store().forget(scope.cluster);
    expect(stillKnows(await store().version(scope), before)).toBe(false);
    const again = (await store().commit(scope, commitOf({ id: 'again' }))) as string;
    const later = (await store().commit(scope, commitOf({ expected_version: again }))) as string;
    expect([again, later].map((version) => stillKnows(version, before))).toEqual([false, false]);
    expect([stillKnows(later, again), stillKnows(again, later)]).toEqual([true, false]);
  });

  test('after it forgot a commit upon what it was before changes nothing, at the same count too', async () => {
    const scope = freshScope();
    const before = (await store().commit(scope, commitOf({}))) as string;
    await store().forget(scope.cluster);
    await store().commit(scope, commitOf({ id: 'again' }));
    expect(await store().commit(scope, commitOf({ expected_version: before, outbox: ['late'] }))).toBeNull();
    expect([await store().version(scope), await store().outbox(scope)]).toEqual(['1/again', []]);
  });

  test('messages of before it forgot settle none of after it', async () => {
    const scope = freshScope();
    await store().commit(scope, commitOf({ outbox: ['before'] }));
    const parked = await store().outbox(scope);
    await store().forget(scope.cluster);
    await store().commit(scope, commitOf({ id: 'again', outbox: ['after'] }));
    await store().settle(
      scope,
      parked.map(({ id }) => id),
    );
    expect((await store().outbox(scope)).map(({ message }) => message)).toEqual(['after']);
  });
}
