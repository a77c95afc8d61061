import { createMemoryLedger } from '@evenkeel/bus';
import { automationKey } from '@evenkeel/contracts';
import { hours, iso } from '@evenkeel/model';
import { describe, expect, it } from 'vitest';
import {
  approval,
  configOf,
  createMemory,
  createProcess,
  createWorld,
  ends,
  eventOf,
  planned,
  t0,
} from './testing/index.ts';

/** One slot, so that the second approval waits for the first. */
const configured = (abort_on_failure: boolean) =>
  configOf({
    automated_migrations: {
      dry_run: false,
      rules: { max_concurrent_migrations: 1, grace_period_seconds: 0 },
      safety_checks: { abort_on_failure },
    },
  });
const first = approval(101, 'n1', 'n2');
const second = approval(102, 'n1', 'n3', { approved_at: iso(t0 + 1), expires_at: iso(t0 + hours(3)) });

function setting(abort_on_failure = true) {
  const world = createWorld({ 101: 'n1', 102: 'n1' }, { 101: { exit: 'migration aborted' } });
  const [ledger, memory] = [createMemoryLedger(), createMemory()];
  const open = () => createProcess(world, ledger, memory, undefined, configured(abort_on_failure));
  const pass = async (seconds: number, process = open()) => {
    for (let s = 0; s < seconds; s += 2) {
      world.clock.now += 2000;
      await process.tick();
    }
  };
  /** As the filter pipeline notes it, and a person says that it may go on. */
  const resume = (migration_id: string, at = t0 + 60_000) =>
    ledger.create(automationKey('lab'), {
      revision: 1,
      drained: {},
      failure: { migration_id, at: iso(at), resumed: true },
    });
  const sleep = (ms: number) => {
    world.clock.now += ms;
  };
  return { world, ledger, memory, open, pass, resume, sleep };
}

describe('after a migration failed', () => {
  it('what was approved before and waits is refused, and says why', async () => {
    const s = setting();
    for (const m of [first, second]) await s.open().approve(m);
    await s.pass(120);
    expect(ends(s.memory, first)).toEqual(['migration.failed']);
    const { failed_at } = eventOf<{ failed_at: string }>(s.memory, 'migration.failed', first)!;
    expect(eventOf(s.memory, 'migration.refused', second)).toMatchObject({
      code: 'paused',
      reason: `stopped until ${iso(Date.parse(failed_at) + hours(1))} because qemu/101 n1->n2 failed at ${failed_at} (migration aborted); to go on at once: evenkeel resume lab`,
    });
    expect(s.world.posts).toHaveLength(1);
  });

  it('also by an executor that starts when everything of it is forgotten but that', async () => {
    const s = setting();
    await s.open().approve(first);
    await s.pass(120);
    expect(await s.ledger.list('lab.migration')).toEqual([]);
    await s.open().approve(second);
    expect(eventOf(s.memory, 'migration.refused', second)).toMatchObject({ code: 'paused' });
  });

  it.each([
    ['where the configuration lets it', false, async () => {}],
    ['once somebody has resumed', true, (s: ReturnType<typeof setting>) => s.resume(first.migration_id)],
    ['an hour later', true, async (s: ReturnType<typeof setting>) => s.sleep(hours(1))],
  ])('the next one goes %s', async (_, abort_on_failure, then) => {
    const s = setting(abort_on_failure);
    await s.open().approve(first);
    await s.pass(120);
    await then(s);
    await s.open().approve({ ...second, approved_at: iso(s.world.clock.now) });
    await s.pass(120);
    expect(ends(s.memory, second)).toEqual(['migration.completed']);
  });

  it('a resume that came before it lets nothing go', async () => {
    const s = setting();
    await s.resume('m-earlier', t0 - 60_000);
    for (const m of [first, second]) await s.open().approve(m);
    await s.pass(120);
    expect(ends(s.memory, second)).toEqual(['migration.refused']);
  });

  it('the way back of a guest that is not well goes all the same', async () => {
    const s = setting();
    await s.open().approve(first);
    await s.pass(120);
    const back = planned(102, 'n1', 'n3', { ...second, parent_id: 'm-102-n1', approved_at: iso(s.world.clock.now) });
    await s.open().approve(back);
    await s.pass(120);
    expect(ends(s.memory, back)).toEqual(['migration.completed']);
  });
});
