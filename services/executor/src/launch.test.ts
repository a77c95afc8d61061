import { iso } from '@evenkeel/model';
import { describe, expect, it } from 'vitest';
import type { Claimed } from './execution.ts';
import { slotClaim } from './keys.ts';
import { type LaunchFacts, launch } from './launch.ts';
import { configOf, createWorld, planned, t0 } from './testing/index.ts';

const claimed: Claimed = { state: 'claimed', migration: planned(101, 'n1', 'n2'), claimed_at: iso(t0) };
const { rows, nodes } = createWorld({ 101: 'n1' });
const signs = { status: 'running', agent: 'answers', probe: 'none' } as const;
const seen = (guest: object = {}): LaunchFacts['look'] => ({
  seen: true,
  look: {
    quorate: true,
    storages: [],
    nodes,
    guests: [{ ...rows[0]!, ...guest }],
    maintenance: [],
    crs: { mode: 'basic', auto_rebalance: false },
    services: new Map(),
    ha_rules: [],
    preconditions: null,
    bridges: null,
    copied: false,
    moves: [],
    clocks: [],
    processors: new Map(),
    guest_config: {},
  },
  tasks: [],
  signs,
});
const validated: Claimed = { ...claimed, validated_at: iso(t0 + 1000) };
const at = (seconds: number, look: LaunchFacts['look'], from: Claimed = claimed, held: LaunchFacts['held'] = []) =>
  launch(from, { now: t0 + seconds * 1000, waited_ms: seconds * 1000, config: configOf(), pause: null, held, look });
const locked = seen({ lock: 'snapshot' });
const saidLocked: LaunchFacts['look'] = { seen: 'no', code: 'locked', reason: 'VM is locked (backup)' };
const silent: LaunchFacts['look'] = { seen: false, reason: 'no host answered' };
const refusal = (code: string, reason: string) => ({
  do: 'put',
  next: { state: 'ended', ending: { kind: 'refused', code, reason } },
});

describe('a migration that holds all it needs', () => {
  it('is sent, with how its guest and its source were', () => {
    expect(at(2, seen())).toMatchObject({
      do: 'post',
      next: { state: 'starting', claimed_at: iso(t0), before: { signs, source_cpu: nodes[0]!.cpu } },
    });
  });

  it.each([
    ['a lock', locked],
    ['a lock that Proxmox names', saidLocked],
    ['HA at work on it', seen({ hastate: 'migrate' })],
  ])('waits for %s as long as its approval holds', (_, look) => {
    expect(at(1, look)).toEqual({ do: 'put', next: validated });
    expect(at(31, look, validated)).toMatchObject({ do: 'wait' });
    expect(at(300, look, validated)).toMatchObject({ do: 'wait' });
    expect(at(301, look, validated)).toMatchObject({ do: 'put', next: { state: 'ended' } });
  });

  it('waits for silence as long as its plan gives that step', () => {
    expect(at(29, silent)).toMatchObject({ do: 'wait' });
    expect(at(31, silent)).toMatchObject({ do: 'put', next: { state: 'ended' } });
    expect(at(31, silent, validated)).toMatchObject({ do: 'wait' });
  });

  it('waits where more slots are taken than a limit has that was lowered since', () => {
    const held = (n: number) => Array.from({ length: n }, (_, i) => ({ key: slotClaim('lab', i), holder: `m${i}` }));
    expect(at(2, seen(), claimed, held(3))).toEqual({ do: 'wait', reason: '3 of 2 slots are taken' });
    expect(at(2, seen(), claimed, held(2))).toMatchObject({ do: 'post' });
  });

  it('is not sent in a blackout window that began since, or outside the migration windows; a way back is', () => {
    const days = ['sunday' as const];
    const window = { name: 'w', days, start_time: '11:00', end_time: '13:00' };
    const other = { ...window, start_time: '13:00', end_time: '14:00' };
    const under = (schedule: object, from = claimed) =>
      launch(from, {
        now: t0,
        waited_ms: 0,
        config: configOf({ mode: 'auto', automated_migrations: { dry_run: false, schedule } }),
        pause: null,
        held: [],
        look: seen(),
      });
    expect(under({ blackout_windows: [window] })).toMatchObject(
      refusal('paused', expect.stringMatching(/^inside blackout window "w"/)),
    );
    expect(under({ migration_windows: [other] })).toMatchObject(
      refusal('paused', expect.stringMatching(/^outside migration window "w"/)),
    );
    expect(under({ migration_windows: [window], blackout_windows: [other] })).toMatchObject({ do: 'post' });
    const back = { ...claimed, migration: { ...claimed.migration, parent_id: 'm' } };
    expect(under({ blackout_windows: [window] }, back)).toMatchObject({ do: 'post' });
  });

  it('is not sent once its approval has expired', () => {
    expect(at(300, seen())).toMatchObject({ do: 'post' });
    expect(at(301, seen())).toMatchObject(refusal('expired', expect.stringMatching(/301 s later it had not started$/)));
  });

  it('says for how long it waited', () => {
    expect(at(301, locked)).toMatchObject(
      refusal(
        'locked',
        expect.stringMatching(/^qemu\/101 is locked \(snapshot\); approved .*, 301 s later it had not started$/),
      ),
    );
    expect(at(31, silent)).toMatchObject(refusal('unread', 'no host answered; for 31 s, 30 s at most'));
  });

  it('does not wait for what does not pass', () => {
    expect(at(0, seen({ hastate: 'error' }))).toMatchObject(refusal('not_allowed', 'HA holds qemu/101 in state error'));
    expect(at(0, seen({ status: 'stopped' }))).toMatchObject(
      refusal('not_running', 'qemu/101 is stopped, planned for running'),
    );
  });

  it('is not sent on an approval from the future: how old that is nobody can tell', () => {
    const reason = /^approved at .*, 121 s in the future by this machine's clock: the clocks do not agree$/;
    expect(at(-120, seen())).toMatchObject({ do: 'post' });
    expect(at(-121, seen())).toMatchObject(refusal('clocks_disagree', expect.stringMatching(reason)));
  });

  it('tells which step it did not pass', () => {
    const steps = [
      { action: 'pre_migration_validation', result: 'done' },
      { action: 'migration_preparation', result: 'failed' },
    ];
    expect(at(301, locked, validated)).toMatchObject({ next: { ending: { steps: [...steps, {}, {}, {}] } } });
  });
});
