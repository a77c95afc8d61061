import { iso } from '@evenkeel/model';
import type { NodeRow } from '@evenkeel/proxmox';
import { describe, expect, it } from 'vitest';
import type { Validating } from './execution.ts';
import { approval, configOf, createWorld, planned, t0 } from './testing/index.ts';
import { isTimeToLook, type ValidateFacts, validate } from './validate.ts';

const signs = { status: 'running', agent: 'answers', probe: 'none' } as const;
const arrived: Validating = {
  state: 'validating',
  migration: planned(101, 'n1', 'n2'),
  claimed_at: iso(t0 - 62_000),
  before: { signs, source_cpu: 0.8 },
  started_at: iso(t0 - 60_000),
  upid: 'UPID:n1:0:0:0:qmigrate:101:bal@pve!lb:',
  adopted: false,
  arrived_at: iso(t0 - 1000),
  validating_since: iso(t0),
  exit: 'OK',
  warnings: [],
};
const row = (node: string, cpu = 0.3): NodeRow => ({ node, status: 'online', cpu, mem: 1, maxmem: 2 });
const silent = { ...signs, agent: 'silent' } as const;

function validated(seconds: number, more: Partial<ValidateFacts> = {}, from: Partial<Validating> = {}) {
  const guest = createWorld({ 101: 'n2' }).rows[0]!;
  const seen = { placed: true, guest, nodes: [row('n1'), row('n2')], signs };
  return validate(
    { ...arrived, ...from },
    { now: t0 + seconds * 1000, waited_ms: seconds * 1000, config: configOf(), pause: null, ...seen, ...more },
  );
}
const ending = (...args: Parameters<typeof validated>) => {
  const step = validated(...args);
  if (step.do !== 'put' || step.next.state !== 'ended') throw new Error(`${step.do} is no end`);
  return step.next.ending;
};

describe('a guest that has arrived', () => {
  it('is not looked at before the nodes can show it', () => {
    expect(isTimeToLook(arrived, 19_000)).toBe(false);
    expect(validated(19)).toEqual({ do: 'wait', reason: 'the figures of the nodes are still from before' });
  });

  it('is looked at once where its plan asks for nothing', () => {
    const bare = { migration: approval(101, 'n1', 'n2') };
    expect(ending(0, { signs: null }, bare)).toMatchObject({ kind: 'completed', warnings: [] });
    expect(ending(0, { signs: null }, bare)).not.toHaveProperty('checks');
  });

  it('is over as soon as every check is passed, as of when it arrived', () => {
    const { checks, rollback, steps, ...rest } = ending(20);
    expect(rest).toMatchObject({ kind: 'completed', at: iso(t0 - 1000), reason: 'runs on n2' });
    expect(checks!.map(({ passed }) => passed)).toEqual(Array(10).fill(true));
    expect(rollback).toBe(undefined);
    expect(steps!.map(({ result }) => result)).toEqual(Array(5).fill('done'));
  });

  it.each([
    ['its agent is silent', { signs: silent }, 'guest_responsive (running; its guest agent is silent)'],
    ['the source is as busy as before', { nodes: [row('n1', 0.8), row('n2')] }, 'source_cpu_improved'],
    ['it cannot be read', { placed: false, guest: undefined, signs: null }, 'Proxmox could not be read'],
  ])('is waited for while %s', (_, more, reason) => {
    expect(validated(25, more)).toMatchObject({ do: 'wait', reason: expect.stringContaining(reason) });
    expect(ending(30, more)).toMatchObject({ kind: 'completed' });
  });

  it('goes back where it stays silent, and the step of the plan has failed', () => {
    const { rollback, back, steps } = ending(30, { signs: silent });
    expect(rollback).toMatchObject({ wanted: true, reason: expect.stringMatching(/^VM becomes unresponsive/) });
    expect(back).toMatchObject({ target_node: 'n1' });
    expect(steps!.map(({ result }) => result)).toEqual(['done', 'done', 'done', 'failed', 'not_reached']);
  });

  it('goes back from a node that is too busy with it', () => {
    const { rollback } = ending(30, { nodes: [row('n1'), row('n2', 0.9)] });
    expect(rollback).toMatchObject({ wanted: true, reason: 'CPU of the target passes 85% (90.0 %)' });
  });

  it('stays where nothing can be read, and says what is not known', () => {
    const { rollback, checks } = ending(30, { placed: false, guest: undefined, nodes: [], signs: null });
    expect(rollback).toBe(undefined);
    expect(checks!.filter(({ passed }) => passed === null).map(({ name }) => name)).toContain('target_online');
  });

  it('stays although the source did not improve: that is no condition to go back', () => {
    expect(ending(30, { nodes: [row('n1', 0.8), row('n2')] }).rollback).toBe(undefined);
  });
});
