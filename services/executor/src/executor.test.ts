import { createMemoryLedger, type Ledger } from '@evenkeel/bus';
import type { ApprovedMigration, ConfigInput, DataOf, migrationCompleted } from '@evenkeel/contracts';
import { hours, iso } from '@evenkeel/model';
import { ProxmoxError } from '@evenkeel/proxmox';
import { describe, expect, it } from 'vitest';
import { file } from './act.ts';
import { letGo, take } from './hold.ts';
import { guestClaim, slotClaim, sourceClaim, targetClaim } from './keys.ts';
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

type Setting = { world: World; memory: Memory; ledger: Ledger };
const setting = (guests: Record<number, string>, fates: Record<number, Fate> = {}): Setting => ({
  world: createWorld(guests, fates),
  memory: createMemory(),
  ledger: createMemoryLedger(),
});

async function run(
  { world, memory, ledger }: Setting,
  approvals: ApprovedMigration[],
  seconds = 240,
  config = configOf(),
) {
  const process = createProcess(world, ledger, memory, undefined, config);
  for (const migration of approvals) await process.approve(migration);
  await lasts(process, { world }, seconds);
  return process;
}

async function lasts(process: ReturnType<typeof createProcess>, { world }: Pick<Setting, 'world'>, seconds: number) {
  for (let s = 0; s < seconds; s += 2) {
    world.clock.now += 2000;
    await process.tick();
  }
}

const m = approval(101, 'n1', 'n2');

describe('the executor', () => {
  it('carries out an approval and says so', async () => {
    const s = setting({ 101: 'n1' });
    await run(s, [m]);
    expect([...s.memory.stream.keys()].filter((k) => !k.includes('progressed'))).toEqual([
      'migration.started/m-101-n2',
      'migration.completed/m-101-n2',
    ]);
    expect(s.world.posts).toHaveLength(1);
    expect(await s.ledger.list('lab.migration')).toEqual([]);
    expect(await s.ledger.list('lab.claim')).toEqual([]);
    expect(s.memory.said.size).toBe(0);
    expect(s.memory.times).toBe(s.memory.stream.size);
  });

  const row = (s: Setting) => s.world.rows[0]!;
  const cases: [string, Fate, (s: Setting) => unknown, string, RegExp][] = [
    ['a lost answer', { answer: 'lost' }, () => {}, 'failed', /not started: the request was lost/],
    [
      'a lost answer to a request that was carried out',
      { answer: 'carried_out_but_lost' },
      () => {},
      'completed',
      /"warnings":\[\]/,
    ],
    [
      'a lost answer shortly after another migration of the guest',
      { answer: 'lost' },
      (s) => s.world.past(101, 'n1'),
      'failed',
      /not started: the request was lost/,
    ],
    ['a no to the request', { answer: 'no' }, () => {}, 'refused', /storage 'x' is not available/],
    ['a failed task', { exit: 'migration aborted' }, () => {}, 'failed', /migration aborted/],
    [
      'problems after the guest arrived',
      { exit: 'migration problems', moves: true },
      () => {},
      'completed',
      /migration problems/,
    ],
    ['a task that ends with warnings', { exit: 'WARNINGS: 1', moves: true }, () => {}, 'completed', /WARNINGS: 1/],
    ['a guest of HA', { ha: true }, () => {}, 'completed', /qmigrate/],
    [
      'a guest of HA whose migration fails',
      { ha: true, exit: 'migration aborted' },
      () => {},
      'failed',
      /migration aborted/,
    ],
    ['a guest that was moved', {}, (s) => Object.assign(row(s), { node: 'n3' }), 'refused', /is on n3, not on n1/],
    ['a locked guest', {}, (s) => Object.assign(row(s), { lock: 'backup' }), 'refused', /locked \(backup\)/],
    ['a stopped guest', {}, (s) => Object.assign(row(s), { status: 'stopped' }), 'refused', /is stopped/],
    ['a guest that is gone', {}, (s) => s.world.rows.pop(), 'refused', /not there any more/],
    ['a renamed guest', {}, (s) => Object.assign(row(s), { name: 'other' }), 'refused', /now called other/],
    [
      'a target that is off',
      {},
      (s) => Object.assign(s.world.nodes[1]!, { status: 'offline' }),
      'refused',
      /n2 is offline/,
    ],
    ['a full target', {}, (s) => Object.assign(s.world.nodes[1]!, { mem: 250e9 }), 'refused', /99.2 % of its memory/],
    ['a busy target', {}, (s) => Object.assign(s.world.nodes[1]!, { cpu: 0.84 }), 'refused', /90.3 % of its CPU/],
    ['no quorum', {}, (s) => Object.assign(s.world.state, { quorate: false }), 'refused', /no quorum/],
    [
      'a silent Proxmox',
      {},
      (s) => Object.assign(s.world.state, { silent: true }),
      'refused',
      /no host answered.*expired/,
    ],
  ];
  it.each(cases)('ends %s', async (_, fate, prepare, kind, words) => {
    const s = setting({ 101: 'n1' }, { 101: fate });
    prepare(s);
    await run(s, [m], 600);
    expect(ends(s.memory, m)).toEqual([`migration.${kind}`]);
    expect(JSON.stringify(eventOf(s.memory, `migration.${kind}`, m))).toMatch(words);
    expect(s.world.posts.length).toBeLessThanOrEqual(1);
    expect(await s.ledger.list('lab.claim')).toEqual([]);
    expect(await s.ledger.list('lab.migration')).toEqual([]);
  });

  describe('by what people have asked of the cluster', () => {
    const who = { since: iso(t0), by: 'anna' };
    const paused = { revision: 1, drained: {}, pause: { ...who, reason: 'storage work' } };
    const draining = (node: string) => ({ revision: 1, drained: { [node]: { ...who, reason: '' } } });
    const inMode = (mode: string) => ({ revision: 1, drained: {}, mode: { mode, ...who } });
    const approved = approval(101, 'n1', 'n2', { approved_by: 'anna' });
    const drain = approval(101, 'n1', 'n2', { mandatory: 'drain' });
    const room = approval(101, 'n1', 'n2', { mandatory: 'drain', empties: 'n3' });
    const observing = configOf({ mode: 'observe', automated_migrations: { dry_run: false } });
    const asking = configOf({ mode: 'approve', automated_migrations: { dry_run: false } });
    const nothing = { revision: 0, drained: {} };
    it.each<[string, object, ApprovedMigration, ReturnType<typeof configOf>, string, RegExp]>([
      ['a pause', paused, m, configOf(), 'refused', /paused by anna since .*storage work.*"code":"paused"/],
      ['a pause of what was approved', paused, approved, asking, 'refused', /paused by anna/],
      ['observe by command', inMode('observe'), m, configOf(), 'refused', /mode is observe/],
      ['auto by command, over a configuration that observes', inMode('auto'), m, observing, 'completed', /n2/],
      ['approve, and nobody approved it', nothing, m, asking, 'refused', /nobody approved it/],
      ['approve, and somebody approved it', nothing, approved, asking, 'completed', /n2/],
      ['a target that is drained', draining('n2'), m, configOf(), 'refused', /n2 is in maintenance/],
      ['a drain', draining('n1'), drain, configOf(), 'completed', /n2/],
      ['a drain that was undone', nothing, drain, configOf(), 'refused', /n1 is no longer drained/],
      ['room for a drain of another node', draining('n3'), room, configOf(), 'completed', /n2/],
      ['room for a drain that was undone', draining('n1'), room, configOf(), 'refused', /n3 is no longer drained/],
      ['a state that it cannot read', { revision: 'x' }, m, configOf(), 'refused', /cannot be read by this version/],
    ])('%s', async (_, automation, migration, config, kind, words) => {
      const s = setting({ 101: 'n1' });
      await s.ledger.create('lab.automation', automation);
      await run(s, [migration], 240, config);
      expect(ends(s.memory, migration)).toEqual([`migration.${kind}`]);
      expect(JSON.stringify(eventOf(s.memory, `migration.${kind}`, migration))).toMatch(words);
      expect(s.world.posts).toHaveLength(kind === 'completed' ? 1 : 0);
      expect(await s.ledger.list('lab.claim')).toEqual([]);
    });

    it('a pause that comes while it waits for its slot', async () => {
      const s = setting({ 101: 'n1', 102: 'n1' });
      const second = approval(102, 'n1', 'n3');
      const process = await run(s, [m, second], 4);
      expect(s.world.posts).toHaveLength(1);
      await s.ledger.create('lab.automation', paused);
      for (let i = 0; i < 30; i++) {
        s.world.clock.now += 2000;
        await process.tick();
      }
      expect(ends(s.memory, m)).toEqual(['migration.completed']);
      expect(eventOf(s.memory, 'migration.refused', second)).toMatchObject({ code: 'paused' });
      expect(s.world.posts).toHaveLength(1);
    });

    it('a client that holds a write back', async () => {
      const s = setting({ 101: 'n1' });
      s.world.proxmox.migrate = async () => {
        throw new ProxmoxError('held_back', 'was not sent: the kill switch is on.');
      };
      await run(s, [m]);
      expect(eventOf(s.memory, 'migration.refused', m)).toMatchObject({
        code: 'paused',
        reason: expect.stringContaining('the kill switch is on'),
      });
    });
  });

  const fits = (config = {}) => ({ max_concurrent_migrations: 1, grace_period_seconds: 60, ...config });
  describe('looks after what it has moved', () => {
    const whole = planned(101, 'n1', 'n2');
    const back = { ...whole, migration_id: 'm-101-n2-back' };
    type Completed = DataOf<typeof migrationCompleted>;

    it('and says what every check of the plan showed', async () => {
      const s = setting({ 101: 'n1' });
      await run(s, [whole]);
      const said = eventOf<Completed>(s.memory, 'migration.completed', whole)!;
      expect(said.checks).toHaveLength(10);
      expect(said.checks!.find(({ name }) => name === 'guest_responsive')).toMatchObject({ passed: true });
      expect(said.steps!.map(({ result }) => result)).toEqual(Array(5).fill('done'));
      expect(said.completed_at).toBe(iso(t0 + 12_000));
      expect(s.world.posts).toHaveLength(1);
      const looks = [...s.memory.stream].filter(([id]) => id.startsWith('migration.progressed'));
      expect(looks.at(-1)![1].data).toMatchObject({ plan_step: { step: 4, action: 'post_migration_validation' } });
    });

    it.each([['completed'], ['failed']])(
      'and brings it back once where it does not respond, which has %s',
      async (how) => {
        const s = setting({ 101: 'n1' });
        s.world.state.mute = { 101: ['n2'] };
        const process = await run(s, [whole], 44);
        expect(eventOf<Completed>(s.memory, 'migration.completed', whole)!.rollback).toMatchObject({
          wanted: true,
          migration_id: back.migration_id,
        });
        if (how === 'failed') s.world.fates[101] = { exit: 'migration aborted' };
        await run(s, [], 200);
        await process.approve(whole);
        await run(s, [], 60);
        expect(s.world.posts.map(({ target }) => target)).toEqual(['n2', 'n1']);
        expect(ends(s.memory, back)).toEqual([`migration.${how}`]);
        expect(row(s).node).toBe(how === 'completed' ? 'n1' : 'n2');
        expect(eventOf(s.memory, 'migration.started', back)).toMatchObject({
          migration: { parent_id: whole.migration_id },
        });
        expect(await s.ledger.list('lab.claim')).toEqual([]);
        expect(await s.ledger.list('lab.migration')).toEqual([]);
      },
    );

    it('and brings it back at once, without the pause between two migrations', async () => {
      const s = setting({ 101: 'n1' });
      s.world.state.mute = { 101: ['n2'] };
      await run(
        s,
        [whole],
        400,
        configOf({ automated_migrations: { dry_run: false, rules: { grace_period_seconds: 300 } } }),
      );
      const began = Date.parse(eventOf<{ started_at: string }>(s.memory, 'migration.started', back)!.started_at);
      expect(began - (t0 + 12_000)).toBeLessThan(40_000);
    });

    it('and brings it back before others that wait', async () => {
      const s = setting({ 101: 'n1', 103: 'n3' });
      s.world.state.mute = { 101: ['n2'] };
      s.world.limits.slots = 1;
      await run(
        s,
        [whole, approval(103, 'n3', 'n1')],
        240,
        configOf({ automated_migrations: { dry_run: false, rules: fits() } }),
      );
      expect(s.world.posts.map(({ vmid, target }) => [vmid, target])).toEqual([
        [101, 'n2'],
        [101, 'n1'],
        [103, 'n1'],
      ]);
      expect(s.world.violations).toEqual([]);
    });

    it('but not where the way back is not free: that is refused, and it stays', async () => {
      const s = setting({ 101: 'n1' });
      s.world.state.mute = { 101: ['n2'] };
      const process = await run(s, [whole], 20);
      s.world.nodes[0]!.mem = 250e9;
      await process.tick();
      await run(s, [], 120);
      expect(eventOf(s.memory, 'migration.refused', back)).toMatchObject({ code: 'target_full' });
      expect(row(s).node).toBe('n2');
      expect(s.world.posts).toHaveLength(1);
    });

    it.each([
      ['paused meanwhile', { pause: { since: iso(t0), by: 'anna', reason: '' } }],
      ['set to observe', { mode: { mode: 'observe', since: iso(t0), by: 'anna' } }],
    ])('but not where the cluster is %s', async (_, asked) => {
      const s = setting({ 101: 'n1' });
      s.world.state.mute = { 101: ['n2'] };
      const process = await run(s, [whole], 20);
      await s.ledger.create('lab.automation', { revision: 1, drained: {}, ...asked });
      await process.tick();
      await run(s, [], 120);
      expect(eventOf<Completed>(s.memory, 'migration.completed', whole)!.rollback).toMatchObject({ wanted: false });
      expect(s.world.posts).toHaveLength(1);
    });

    it('but not where the pause comes between the decision and the start', async () => {
      const s = setting({ 101: 'n1' });
      s.world.state.mute = { 101: ['n2'] };
      const process = createProcess(s.world, s.ledger, s.memory);
      await process.approve(whole);
      while (!eventOf(s.memory, 'migration.completed', whole)) {
        s.world.clock.now += 2000;
        await process.tick();
      }
      await s.ledger.create('lab.automation', {
        revision: 1,
        drained: {},
        pause: { since: iso(t0), by: 'anna', reason: '' },
      });
      await run(s, [], 60);
      expect(eventOf(s.memory, 'migration.refused', back)).toMatchObject({ code: 'paused' });
      expect(s.world.posts).toHaveLength(1);
    });

    describe('also while the store does not answer', () => {
      const alone = async (s: Setting, process: Awaited<ReturnType<typeof run>>, seconds: number) => {
        for (let passed = 0; passed < seconds; passed += 2) {
          s.world.clock.now += 2000;
          await process.meanwhile();
        }
      };
      const stateOf = async (s: Setting) =>
        (await s.ledger.list('lab.migration')).map(({ value }) => (value as { state: string }).state);
      const short = configOf({ automated_migrations: { dry_run: false, migration_poll_timeout_seconds: 60 } });

      it.each<[string, Fate, RegExp]>([
        ['does not converge', { seconds: 500, pauses: true }, /^stopped: it does not converge/],
        ['does not end in time', { seconds: 500 }, /^stopped: took 6\d s, 60 s at most/],
      ])('and stops what %s, which is said once it answers', async (_, fate, words) => {
        const s = setting({ 101: 'n1' }, { 101: fate });
        const process = await run(s, [m], 4, short);
        const said = s.memory.stream.size;
        await alone(s, process, 120);
        expect(s.world.state.stopped).toHaveLength(1);
        expect(await stateOf(s)).toEqual(['ended']);
        expect(await s.ledger.list('lab.claim')).not.toEqual([]);
        expect(s.memory.stream.size).toBe(said);
        await run(s, [], 60, short);
        expect(eventOf(s.memory, 'migration.failed', m)).toMatchObject({ reason: expect.stringMatching(words) });
        for (const left of ['lab.migration', 'lab.claim']) expect(await s.ledger.list(left)).toEqual([]);
      });

      it('and follows what arrives to its end', async () => {
        const s = setting({ 101: 'n1' });
        await alone(s, await run(s, [whole], 4), 60);
        expect(await stateOf(s)).toEqual(['ended']);
        await run(s, [], 60);
        expect(eventOf(s.memory, 'migration.completed', whole)).toMatchObject({ completed_at: iso(t0 + 12_000) });
        expect(s.world.posts).toHaveLength(1);
      });

      describe('and leaves it open whether one that does not respond goes back', () => {
        const leftAlone = async (seconds: number) => {
          const s = setting({ 101: 'n1' });
          s.world.state.mute = { 101: ['n2'] };
          await alone(s, await run(s, [whole], 4), seconds);
          expect(await stateOf(s)).toEqual(['validating']);
          return s;
        };

        it.each([60, 400, 1200])('until it answers, after %i s, and then it goes', async (seconds) => {
          const s = await leftAlone(seconds);
          await run(s, [], 300);
          expect(eventOf<Completed>(s.memory, 'migration.completed', whole)!.rollback).toMatchObject({ wanted: true });
          expect(ends(s.memory, back)).toEqual(['migration.completed']);
          expect(row(s).node).toBe('n1');
          for (const left of ['lab.migration', 'lab.claim']) expect(await s.ledger.list(left)).toEqual([]);
        });

        it('until then, when it responds again and stays', async () => {
          const s = await leftAlone(400);
          s.world.state.mute = {};
          await run(s, [], 300);
          expect(eventOf<Completed>(s.memory, 'migration.completed', whole)!.rollback).toBe(undefined);
          expect(row(s).node).toBe('n2');
        });
      });

      it('and begins nothing', async () => {
        const s = setting({ 101: 'n1', 103: 'n3' });
        const process = createProcess(s.world, s.ledger, s.memory);
        await s.ledger.create('lab.migration.m-101-n2', { state: 'approved', migration: m });
        const other = approval(103, 'n3', 'n1');
        await s.ledger.create('lab.migration.m-103-n1', { state: 'claimed', migration: other });
        await alone(s, process, 60);
        expect((await stateOf(s)).sort()).toEqual(['approved', 'claimed']);
        expect(s.world.posts).toEqual([]);
      });

      it('and reads the log of what runs as seldom as ever', async () => {
        const s = setting({ 101: 'n1' }, { 101: { seconds: 3600 } });
        const process = await run(s, [m], 4);
        let looks = 0;
        const { task_log } = s.world.proxmox;
        s.world.proxmox.task_log = (...asked) => {
          looks++;
          return task_log(...asked);
        };
        await alone(s, process, 600);
        expect(looks).toBeGreaterThan(10);
        expect(looks).toBeLessThan(80);
      });
    });

    it('and stops what does not converge, which then counts against the guest', async () => {
      const s = setting({ 101: 'n1' }, { 101: { seconds: 500, pauses: true } });
      await run(s, [whole], 240);
      expect(s.world.state.stopped).toHaveLength(1);
      expect(eventOf(s.memory, 'migration.failed', whole)).toMatchObject({
        fault: 'guest',
        reason: expect.stringMatching(/^stopped: it does not converge/),
        checks: expect.arrayContaining([expect.objectContaining({ name: 'guest_on_target', passed: false })]),
        steps: expect.arrayContaining([expect.objectContaining({ action: 'live_migration', result: 'timed_out' })]),
      });
      expect(row(s).node).toBe('n1');
    });
  });

  it('leaves a pause between two migrations of one slot', async () => {
    const s = setting({ 101: 'n1', 103: 'n2' });
    const second = approval(103, 'n3', 'n1');
    s.world.rows[1]!.node = 'n3';
    await run(s, [m, second], 240, configOf({ automated_migrations: { dry_run: false, rules: fits() } }));
    const ended = Date.parse(eventOf<{ completed_at: string }>(s.memory, 'migration.completed', m)!.completed_at);
    const began = Date.parse(eventOf<{ started_at: string }>(s.memory, 'migration.started', second)!.started_at);
    expect((began - ended) / 1000).toBeGreaterThanOrEqual(60);
    expect((began - ended) / 1000).toBeLessThan(70);
  });

  it.each<[string, Fate]>([
    ['runs', { seconds: 600 }],
    ['has ended', {}],
    ['was found by its task', { answer: 'carried_out_but_lost' }],
  ])('says how many might run at once when it was sent, where that is said later and it %s', async (_, fate) => {
    const s = setting({ 101: 'n1' }, { 101: fate });
    const under = (max_concurrent_migrations: number) =>
      configOf({ automated_migrations: { dry_run: false, rules: fits({ max_concurrent_migrations }) } });
    await run({ ...s, memory: createMemory() }, [m], 60, under(3));
    await run(s, [], 4, under(1));
    expect(eventOf(s.memory, 'migration.started', m)).toMatchObject({ max_concurrent_migrations: 3 });
  });

  it('takes the earliest approval first', async () => {
    const s = setting({ 101: 'n1', 103: 'n3' }, { 101: { seconds: 30 } });
    const waiting = approval(102, 'n3', 'n2', { approved_at: iso(t0 + 2000) });
    const earlier = approval(103, 'n3', 'n2', { approved_at: iso(t0 + 1000) });
    s.world.rows.push({ ...s.world.rows[1]!, id: 'qemu/102', vmid: 102, name: 'vm102' });
    await run(s, [m, waiting, earlier]);
    expect(s.world.posts.map(({ vmid }) => vmid)).toEqual([101, 103, 102]);
  });

  it('takes the earliest approval first where the newest lets go of what all of them wait for', async () => {
    const s = setting({ 101: 'n1', 102: 'n1', 103: 'n1' });
    const newest = approval(101, 'n1', 'n2', { approved_at: iso(t0 + 1000) });
    const process = await run(s, [newest], 4);
    const [earlier, later] = [approval(103, 'n1', 'n3'), approval(102, 'n1', 'n2', { approved_at: iso(t0 + 2000) })];
    for (const migration of [earlier, later]) await process.approve(migration);
    await lasts(process, s, 200);
    expect(s.world.posts.map(({ vmid }) => vmid)).toEqual([101, 103, 102]);
  });

  it('goes on with what it claimed before it was killed, although an earlier approval waits for the same slot', async () => {
    const s = setting({ 101: 'n1', 102: 'n3' });
    const earlier = approval(101, 'n1', 'n2', { approved_at: iso(t0 - 1000) });
    const later = approval(102, 'n3', 'n1');
    const limit = configOf({ automated_migrations: { dry_run: false, rules: { max_concurrent_migrations: 1 } } });
    for (const migration of [earlier, later]) await file(migration, { ledger: s.ledger, config: limit, trace: '' });
    const claims = [guestClaim(later), sourceClaim(later), targetClaim(later), slotClaim(later.cluster, 0)];
    await take(claims, later, { ledger: s.ledger });
    await run(s, [], 100, limit);
    expect(s.world.posts.map(({ vmid }) => vmid)).toEqual([102, 101]);
  });

  it('takes what was approved at one moment in the order in which it was filed', async () => {
    const s = setting({ 101: 'n1', 102: 'n1', 103: 'n1' });
    await run(s, [approval(102, 'n1', 'n2'), approval(103, 'n1', 'n3'), approval(101, 'n1', 'n2')]);
    expect(s.world.posts.map(({ vmid }) => vmid)).toEqual([102, 103, 101]);
  });

  it('lets no later approval take what another process let go of after an earlier one was looked at', async () => {
    const s = setting({ 101: 'n1', 102: 'n1', 103: 'n1', 104: 'n3' });
    await run(s, [m], 4);
    const [earlier, other, later] = [
      approval(103, 'n1', 'n2', { approved_at: iso(t0 + 1000) }),
      approval(104, 'n3', 'n1', { approved_at: iso(t0 + 2000) }),
      approval(102, 'n1', 'n2', { approved_at: iso(t0 + 3000) }),
    ];
    for (const migration of [earlier, other, later])
      await file(migration, { ledger: s.ledger, config: configOf(), trace: '' });
    const claim = guestClaim(other);
    /** While this one takes what the other needs, the first process lets go of all that `m` held. */
    const through: Through =
      (label, call) =>
      async (...args) => {
        const answer = await call(...args);
        if (label === 'create' && args[0] === claim) await letGo(m.migration_id, { ...s, cluster: 'lab' } as never);
        return answer;
      };
    await createProcess(s.world, s.ledger, s.memory, through).tick();
    expect((await s.ledger.get(guestClaim(later)))?.value).toBeUndefined();
  });

  it('says that it was busy where an approval expires in the queue', async () => {
    const s = setting({ 101: 'n1', 103: 'n3' }, { 101: { seconds: 400 } });
    const second = approval(103, 'n3', 'n1');
    await run(s, [m, second], 600, configOf({ automated_migrations: { dry_run: false, rules: fits() } }));
    expect(eventOf(s.memory, 'migration.refused', second)).toMatchObject({
      code: 'busy',
      reason: expect.stringMatching(/1 of 1 slots are taken/),
    });
    expect(ends(s.memory, m)).toEqual(['migration.completed']);
  });

  const off: ConfigInput[] = [
    { mode: 'observe' },
    { mode: 'recommend' },
    { mode: 'approve' },
    { automated_migrations: { dry_run: true } },
    { automated_migrations: { dry_run: false, enabled: false } },
  ];
  describe.each(off)('under %o', (input) => {
    const config = configOf(input);
    const refused = ({ memory, world }: Setting, migration: ApprovedMigration) => {
      expect(eventOf(memory, 'migration.refused', migration)).toMatchObject({ code: 'paused' });
      expect(world.posts.filter(({ vmid }) => vmid === migration.vmid)).toEqual([]);
    };

    it('writes nothing to Proxmox', async () => {
      const s = setting({ 101: 'n1' });
      await run(s, [m], 60, config);
      refused(s, m);
    });

    it('does not start what was approved before', async () => {
      const s = setting({ 101: 'n1' });
      await createProcess(s.world, s.ledger, s.memory, undefined, config, configOf()).approve(m);
      refused(s, m);
    });

    it('does not start what was approved under it, whatever is in force since', async () => {
      const s = setting({ 101: 'n1' });
      await createProcess(s.world, s.ledger, s.memory, undefined, configOf(), config).approve(m);
      refused(s, m);
    });

    it('follows what runs to its end', async () => {
      const s = setting({ 101: 'n1' });
      await createProcess(s.world, s.ledger, s.memory).approve(m);
      await run(s, [], 60, config);
      expect(ends(s.memory, m)).toEqual(['migration.completed']);
    });
  });

  it('takes local disks along, whether or not it verifies first', async () => {
    const s = setting({ 101: 'n1' });
    s.world.state.local_disks.push({ volid: 'local-lvm:vm-101-disk-0' });
    const safety_checks = { verify_before_migrate: false };
    await run(s, [m], 20, configOf({ automated_migrations: { dry_run: false, safety_checks } }));
    expect(s.world.posts).toMatchObject([{ with_local_disks: true }]);
  });

  it.each([
    ['forbidden', 'no write token for cluster lab', 'no_right'],
    ['forbidden', 'no write token: lab is locked to reading', 'no_right'],
    ['unauthorized', 'invalid token value', 'no_right'],
    ['refused', 'VM is locked (backup)', 'locked'],
  ] as const)('passes on why it may not write, and holds nothing: %s, %s', async (kind, reason, code) => {
    const s = setting({ 101: 'n1' });
    s.world.proxmox.migrate = () => Promise.reject(new ProxmoxError(kind, reason));
    await run(s, [m], 4);
    expect(eventOf(s.memory, 'migration.refused', m)).toMatchObject({ code, reason });
    expect(ends(s.memory, m)).toEqual(['migration.refused']);
    expect(await s.ledger.list('lab.claim')).toEqual([]);
    expect(await s.ledger.list('lab.migration')).toEqual([]);
  });

  it('refuses a guest that is in another migration', async () => {
    const s = setting({ 101: 'n1' });
    const again = approval(101, 'n1', 'n3');
    await run(s, [m, again]);
    expect(eventOf(s.memory, 'migration.refused', again)).toMatchObject({
      code: 'duplicate',
      reason: 'qemu/101 is in migration m-101-n2',
    });
  });

  it('holds a guest that is stuck until it has come to rest', async () => {
    const s = setting({ 101: 'n1' }, { 101: { hung: true } });
    const process = await run(
      s,
      [m],
      300,
      configOf({ automated_migrations: { dry_run: false, migration_poll_timeout_seconds: 60 } }),
    );
    expect(eventOf(s.memory, 'migration.failed', m)).toMatchObject({ reason: expect.stringMatching(/^stuck/) });
    expect(s.world.state.stopped).toHaveLength(1);
    expect((await s.ledger.list('lab.claim')).map(({ key }) => key)).toContain('lab.claim.guest.qemu_2f101');
    s.world.tasks[0]!.ends = s.world.clock.now;
    await process.tick();
    expect(await s.ledger.list('lab.claim')).toEqual([]);
  });

  it('counts the time of a move from its start, however often the executor starts anew', async () => {
    const s = setting({ 101: 'n1' }, { 101: { hung: true } });
    const config = configOf({ automated_migrations: { dry_run: false, migration_poll_timeout_seconds: 600 } });
    await run(s, [m], 30, config);
    for (let minute = 0; minute < 600; minute += 540) await run(s, [], 540, config);
    expect(s.world.state.stopped).toHaveLength(1);
    expect(eventOf(s.memory, 'migration.failed', m)).toMatchObject({
      reason: expect.stringMatching(
        /^stuck: still running after 7\d\d s, although it was to stop: took 6\d\d s, 600 s at most/,
      ),
    });
  });

  it('looks at a long migration less and less often', async () => {
    const s = setting({ 101: 'n1' }, { 101: { seconds: 3600 } });
    await run(s, [m], 3700);
    const looks = [...s.memory.stream.keys()].filter((k) => k.startsWith('migration.progressed'));
    expect(looks.length).toBeGreaterThan(40);
    expect(looks.length).toBeLessThan(110);
  });

  it('forgets tombstones that no approval can come back to', async () => {
    const s = setting({ 101: 'n1' });
    const process = await run(s, [m]);
    expect(await s.ledger.list('lab.done')).toHaveLength(1);
    s.world.clock.now += hours(24 * 90);
    await process.tick();
    expect(await s.ledger.list('lab.done')).toHaveLength(1);
    s.world.clock.now += hours(24 * 3);
    await process.tick();
    expect(await s.ledger.list('lab')).toEqual([]);
  });

  it('leaves alone what it cannot read, and says so', async () => {
    const s = setting({ 101: 'n1' });
    await s.ledger.create('lab.migration.other', { state: 'dreaming' });
    await run(s, [m]);
    expect(ends(s.memory, m)).toEqual(['migration.completed']);
    expect(s.memory.conflicts[0]).toMatch(/cannot read/);
    expect(await s.ledger.list('lab.migration')).toHaveLength(1);
  });

  it('goes on beside a claim that it cannot read, takes it for held, and says so', async () => {
    const s = setting({ 101: 'n1', 103: 'n3' });
    await s.ledger.create('lab.claim.target.n2', { by: 'whom' });
    const other = approval(103, 'n3', 'n1');
    await run(s, [m, other], 400);
    expect(ends(s.memory, other)).toEqual(['migration.completed']);
    expect(eventOf(s.memory, 'migration.refused', m)).toMatchObject({
      code: 'busy',
      reason: expect.stringMatching(/n2 is busy with \(unknown\)/),
    });
    expect(s.memory.conflicts[0]).toMatch(/cannot read/);
    expect((await s.ledger.list('lab.claim')).map(({ key }) => key)).toEqual(['lab.claim.target.n2']);
  });
});
