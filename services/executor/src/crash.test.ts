import { createMemoryLedger, type Ledger } from '@evenkeel/bus';
import type { ApprovedMigration, DataOf, migrationCompleted } from '@evenkeel/contracts';
import { iso, minutes } from '@evenkeel/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  approval,
  configOf,
  createMemory,
  createProcess,
  createWorld,
  ends,
  eventOf,
  type Fate,
  type Memory,
  planned,
  type Through,
  t0,
  type World,
} from './testing/index.ts';

class Killed extends Error {}

/** Two guests that want the same target, one that wants another, one approved twice, and one that nobody can move in time. */
const approvals = [
  approval(101, 'n1', 'n2'),
  approval(102, 'n3', 'n2', { approved_at: iso(t0 + 1) }),
  planned(103, 'n2', 'n1', { approved_at: iso(t0 + 2) }),
  approval(103, 'n2', 'n3', { approved_at: iso(t0 + 3) }),
  approval(104, 'n1', 'n3', { approved_at: iso(t0 - minutes(4)), expires_at: iso(t0 + 4000) }),
];
const guests = { 101: 'n1', 102: 'n3', 103: 'n2', 104: 'n1' };
const fatesOf: Record<string, Record<number, Fate>> = {
  'all is well': {},
  'answers are lost': { 101: { answer: 'carried_out_but_lost' }, 102: { answer: 'lost' }, 103: { answer: 'no' } },
  'tasks fail': { 101: { exit: 'migration aborted' }, 102: { exit: 'migration problems', moves: true } },
  'a guest falls silent where it goes': { 103: { mute: true } },
  'HA carries them out': { 101: { ha: true }, 102: { ha: true, exit: 'migration aborted' }, 103: { ha: true } },
};

/** Calls fail from the n-th on as if the process were killed: before the call is made, or after it was carried out. */
const killedAt = (n: number, when: 'before' | 'after') => {
  const calls = { count: 0 };
  const through: Through =
    (_, call) =>
    async (...args) => {
      calls.count++;
      if (calls.count > n || (calls.count === n && when === 'before')) throw new Killed();
      const answer = await call(...args);
      if (calls.count >= n) throw new Killed();
      return answer;
    };
  return { through, calls };
};

type Setting = { world: World; ledger: Ledger; memory: Memory };
const setting = (fates: Record<number, Fate>): Setting => ({
  world: createWorld(guests, fates),
  ledger: createMemoryLedger(),
  memory: createMemory(),
});

const survive = (call: Promise<void>) =>
  call.then(
    () => true,
    (error) => {
      if (error instanceof Killed) return false;
      throw error;
    },
  );

const isTombstone = ({ key }: { key: string }) => key.startsWith('lab.done.');

/** Redelivers what was not handled and ticks until all has ended; a killed process is followed by a fresh one. */
async function live(s: Setting, first: Through = (_, call) => call) {
  let process = createProcess(s.world, s.ledger, s.memory, first);
  const queue = [...approvals];
  for (let i = 0; i < 150; i++) {
    const alive = await survive(queue[0] ? process.approve(queue[0]) : process.tick());
    if (alive) queue.shift();
    else process = createProcess(s.world, s.ledger, s.memory);
    s.world.clock.now += 4000;
    if (queue.length === 0 && s.memory.said.size === 0 && (await s.ledger.list('lab')).every(isTombstone)) return;
  }
}

/** Whether a guest was brought back: where its end asked for that, that is a migration with an end of its own. */
function wentBack(memory: Memory, migration: ApprovedMigration): boolean {
  const completed = eventOf<DataOf<typeof migrationCompleted>>(memory, 'migration.completed', migration);
  const back = { ...migration, migration_id: `${migration.migration_id}-back` };
  expect(ends(memory, back)).toHaveLength(completed?.rollback?.wanted ? 1 : 0);
  return memory.stream.has(`migration.completed/${back.migration_id}`);
}

async function expectRight({ world, ledger, memory }: Setting) {
  world.clock.now += minutes(1);
  await world.proxmox.resources();
  expect(world.violations).toEqual([]);
  expect(memory.conflicts).toEqual([]);
  const posts = world.posts.map((p) => `${p.vmid} ${p.target}`);
  expect(new Set(posts).size).toBe(posts.length);
  for (const migration of approvals) expect(ends(memory, migration)).toHaveLength(1);
  expect(await ledger.list('lab.claim')).toEqual([]);
  expect(await ledger.list('lab.migration')).toEqual([]);
  for (const migration of approvals) {
    const completed = memory.stream.has(`migration.completed/${migration.migration_id}`);
    const { node } = world.rows.find((r) => r.vmid === migration.vmid)!;
    expect(node === migration.target_node).toBe(completed && !wentBack(memory, migration));
    if (completed) expect(memory.stream.has(`migration.started/${migration.migration_id}`)).toBe(true);
  }
}

/** Each of these lives a cluster through hundreds of times. */
describe('whenever the process is killed', { timeout: 120_000 }, () => {
  it.each(Object.entries(fatesOf))('each approval ends once, none is sent twice: %s', async (_, fates) => {
    const { through, calls } = killedAt(Number.POSITIVE_INFINITY, 'before');
    const whole = setting(fates);
    await live(whole, through);
    expect(calls.count).toBeGreaterThan(100);
    expect(whole.memory.stream.has('migration.completed/m-103-n1-back')).toBe(fates[103]?.mute === true);

    for (const when of ['before', 'after'] as const)
      for (let n = 1; n <= calls.count; n += n < 120 ? 1 : 4) {
        const s = setting(fates);
        await live(s, killedAt(n, when).through);
        await expectRight(s).catch((error) => {
          throw new Error(`killed ${when} call ${n}: ${error.message}`, { cause: error });
        });
      }
  });

  it('also where it is killed again and again', async () => {
    const kills = fc.array(
      fc.tuple(fc.integer({ min: 1, max: 60 }), fc.constantFrom('before' as const, 'after' as const)),
      { maxLength: 12 },
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...Object.values(fatesOf)), kills, async (fates, script) => {
        const s = setting(fates);
        for (const [n, when] of script) {
          const process = createProcess(s.world, s.ledger, s.memory, killedAt(n, when).through);
          for (const migration of approvals) await survive(process.approve(migration));
          for (let i = 0; i < 3; i++) await survive(process.tick());
          s.world.clock.now += 2000;
        }
        await live(s);
        await expectRight(s);
      }),
      { numRuns: 150 },
    );
  });
});

describe('two executors at once', { timeout: 120_000 }, () => {
  it('do no more than one, in whatever order their calls come through', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.constantFrom(...Object.values(fatesOf)), async (scheduler, fates) => {
        const s = setting(fates);
        const through: Through =
          (label, call) =>
          async (...args) => {
            await scheduler.schedule(Promise.resolve(), label);
            return call(...args);
          };
        const both = [1, 2].map(() => createProcess(s.world, s.ledger, s.memory, through));
        const work = both.map(async (process, i) => {
          for (const migration of i ? approvals.toReversed() : approvals) await process.approve(migration);
          for (let i = 0; i < 6; i++) {
            await process.tick();
            s.world.clock.now += 1000;
          }
        });
        await scheduler.waitFor(Promise.all(work));
        await live(s);
        await expectRight(s);
      }),
      { numRuns: 150 },
    );
  });
});

describe('three executors and one slot', () => {
  it('move one guest at a time, and each once, in whatever order their calls come through', async () => {
    const ring = [approval(201, 'n1', 'n2'), approval(202, 'n2', 'n3'), planned(203, 'n3', 'n1')];
    const config = configOf({
      mode: 'auto',
      automated_migrations: { dry_run: false, rules: { max_concurrent_migrations: 1, grace_period_seconds: 0 } },
    });
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.boolean(), async (scheduler, mute) => {
        const world = createWorld({ 201: 'n1', 202: 'n2', 203: 'n3' }, { 203: { mute, seconds: 3 } });
        world.limits.slots = 1;
        const s = { world, ledger: createMemoryLedger(), memory: createMemory() };
        const through: Through =
          (label, call) =>
          async (...args) => {
            await scheduler.schedule(Promise.resolve(), label);
            return call(...args);
          };
        const all = [1, 2, 3].map(() => createProcess(world, s.ledger, s.memory, through, config));
        const work = all.map(async (process) => {
          for (const migration of ring) await process.approve(migration);
          for (let i = 0; i < 6; i++) {
            world.clock.now += 1000;
            await process.tick();
          }
        });
        await scheduler.waitFor(Promise.all(work));
        const last = createProcess(world, s.ledger, s.memory, undefined, config);
        for (let i = 0; i < 60; i++) {
          world.clock.now += 2000;
          await last.tick();
        }
        expect(world.violations).toEqual([]);
        expect(s.memory.conflicts).toEqual([]);
        for (const migration of ring) expect(ends(s.memory, migration)).toEqual(['migration.completed']);
        expect(world.posts).toHaveLength(mute ? 4 : 3);
        expect(await s.ledger.list('lab.claim')).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });
});

describe('a process that sleeps', () => {
  it.each(['update', 'create', 'list', 'get', 'node_tasks', 'resources', 'migration_preconditions'])(
    'for a minute in any call of %s does no harm when it wakes',
    async (name) => {
      for (let n = 1; n <= 25; n++) {
        const s = setting({});
        const awake = createProcess(s.world, s.ledger, s.memory);
        const calls = { count: 0 };
        const through: Through =
          (label, call) =>
          async (...args) => {
            const answer = await call(...args);
            if (label === name && ++calls.count === n)
              for (let i = 0; i < 20; i++) {
                s.world.clock.now += 3000;
                const next = approvals[i];
                await (next ? awake.approve(next) : awake.tick());
              }
            return answer;
          };
        const sleepy = createProcess(s.world, s.ledger, s.memory, through);
        for (const migration of approvals) await sleepy.approve(migration);
        for (let i = 0; i < 5; i++) await sleepy.tick();
        await live(s);
        await expectRight(s);
      }
    },
  );
});

describe('a request that takes its time', () => {
  it('is started by who sent it, though another process sees its task first', async () => {
    const s = setting({});
    const awake = createProcess(s.world, s.ledger, s.memory);
    const through: Through =
      (label, call) =>
      async (...args) => {
        const answer = await call(...args);
        for (let i = 0; label === 'migrate' && i < 2; i++) {
          s.world.clock.now += 2000;
          await awake.tick();
        }
        return answer;
      };
    await createProcess(s.world, s.ledger, s.memory, through).approve(approvals[0]!);
    await live(s);
    expect(eventOf(s.memory, 'migration.started', approvals[0]!)).toMatchObject({ adopted: false });
  });

  it('is not given up by another process', async () => {
    const s = setting({});
    const awake = createProcess(s.world, s.ledger, s.memory);
    const through: Through =
      (label, call) =>
      async (...args) => {
        for (let i = 0; label === 'migrate' && i < 14; i++) {
          s.world.clock.now += 2000;
          await awake.tick();
        }
        return call(...args);
      };
    await createProcess(s.world, s.ledger, s.memory, through).approve(approvals[0]!);
    await live(s);
    expect(ends(s.memory, approvals[0]!)).toEqual(['migration.completed']);
    await expectRight(s);
  });
});

describe('an approval that comes again', () => {
  it('is not carried out again, not even after all is forgotten but the ledger', async () => {
    const s = setting({});
    await live(s);
    const posts = s.world.posts.length;
    const forgetful = { ...s, memory: createMemory() };
    await live(forgetful);
    expect(s.world.posts).toHaveLength(posts);
    expect(forgetful.memory.stream.size).toBe(0);
  });
});
