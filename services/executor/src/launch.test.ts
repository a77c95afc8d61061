import { iso } from '@evenkeel/model';
import { describe, expect, it } from 'vitest';
import type { Claimed } from './execution.ts';
import { type LaunchFacts, launch } from './launch.ts';
import { approval, configOf, createWorld, planned, t0 } from './testing/index.ts';

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
    clocks: [],
  },
  tasks: [],
  signs,
});
const at = (seconds: number, look: LaunchFacts['look'], from: Claimed = claimed) =>
  launch(from, { now: t0 + seconds * 1000, waited_ms: seconds * 1000, config: configOf(), pause: null, look });
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
    ['silence', silent],
  ])('waits for %s, as long as its plan gives that step', (_, look) => {
    expect(at(0, look)).toMatchObject({ do: 'wait' });
    expect(at(29, look)).toMatchObject({ do: 'wait' });
    expect(at(31, look)).toMatchObject({ do: 'put', next: { state: 'ended' } });
  });

  it('says for how long it waited', () => {
    expect(at(31, locked)).toMatchObject(refusal('locked', 'qemu/101 is locked (snapshot); for 31 s, 30 s at most'));
    expect(at(31, silent)).toMatchObject(refusal('unread', 'no host answered; for 31 s, 30 s at most'));
  });

  it('does not wait for what does not pass', () => {
    expect(at(0, seen({ hastate: 'error' }))).toMatchObject(refusal('not_allowed', 'HA holds qemu/101 in state error'));
    expect(at(0, seen({ status: 'stopped' }))).toMatchObject(
      refusal('not_running', 'qemu/101 is stopped, planned for running'),
    );
  });

  it('does not wait for a lock without a plan that says how long', () => {
    const bare: Claimed = { ...claimed, migration: approval(101, 'n1', 'n2') };
    expect(at(0, locked, bare)).toMatchObject(refusal('locked', 'qemu/101 is locked (snapshot)'));
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
    expect(at(31, locked)).toMatchObject({ next: { ending: { steps: [...steps, {}, {}, {}] } } });
  });
});
