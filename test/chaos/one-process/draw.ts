import { seeded } from '@evenkeel/bus';
import type { FaultInput } from '@evenkeel/simulator';
import { rights } from '../../../services/executor/src/testing/index.ts';
import { guests, nodes } from './lab.ts';
import type { Approval, Trouble } from './trial.ts';

/** Chance, of a seed. */
export type Draw = {
  /** A whole number from 0 to below. */
  below: (n: number) => number;
  /** A whole number of this range, both ends included. */
  from: (low: number, high: number) => number;
  one: <T>(items: readonly T[]) => T;
  /** So many of them, in any order. */
  some: <T>(n: number, items: readonly T[]) => T[];
};

export function drawFrom(seed: number): Draw {
  const next = seeded(seed * 7_919 + 13);
  const below = (n: number) => Math.floor(next() * n);
  const some = <T>(n: number, items: readonly T[]): T[] => {
    const left = [...items];
    return Array.from({ length: Math.min(n, items.length) }, () => left.splice(below(left.length), 1)[0] as T);
  };
  return {
    below,
    from: (low, high) => low + below(high - low + 1),
    one: (items) => items[below(items.length)] as (typeof items)[number],
    some,
  };
}

type Guest = (typeof guests)[number];

/** Approvals of this many guests, each to another node than its own. */
export const drawApprovals = (draw: Draw, n: number, among: readonly Guest[] = guests): Approval[] =>
  draw.some(n, among).map(({ vmid, node }) => ({
    vmid,
    from: node,
    to: draw.one(nodes.filter((other) => other !== node)),
    after_s: draw.from(1, 20),
  }));

/** A few approvals; now and then one guest is approved for another target, too. */
export function drawAnyApprovals(draw: Draw): Approval[] {
  const drawn = drawApprovals(draw, draw.from(3, 5));
  const [first] = drawn;
  if (!first || draw.below(3) > 0) return drawn;
  const other = nodes.find((node) => node !== first.from && node !== first.to);
  return [...drawn, { ...first, to: other!, after_s: draw.from(1, 20) }];
}

const lost = ['timeout', 'cut', 'silence', 'empty'] as const;

/** The start of this guest's migration is accepted, and its answer is lost. */
export const drawLost = (draw: Draw, vmid: number): FaultInput => ({
  kind: 'lost_answer',
  vmid,
  how: draw.one(lost),
  times: 1,
});

/** The guest's agent is there and says nothing on some nodes, or what Proxmox says of one that does not run; so it stays. */
export function drawMute(draw: Draw, vmid: number, on?: readonly string[]): FaultInput[] {
  const how = draw.one<(path: string) => FaultInput>([
    (path) => ({ kind: 'slow', path, delay_ms: 3_600_000 }),
    (path) => ({ kind: 'error', path, message: 'QEMU guest agent is not running' }),
    (path) => ({ kind: 'cut', path }),
  ]);
  return (on ?? draw.some(draw.from(1, nodes.length), nodes)).map((node) => how(`/nodes/${node}/qemu/${vmid}/agent`));
}

/** What may become of a migration that was accepted; who breaks a lock mends it ten minutes later. */
export function drawFate(draw: Draw, vmid: number): FaultInput[] {
  const times = 1;
  return draw.one<() => FaultInput[]>([
    () => [],
    () => [{ kind: 'fail', vmid, times, at: draw.one(['start', 'transfer', 'switch_over'] as const) }],
    () => [{ kind: 'fail_after', vmid, times }],
    () => [
      { kind: 'killed', vmid, times },
      { kind: 'by_hand', vmid, does: 'unlock', after_s: 900 },
    ],
    () => [{ kind: 'never_converge', vmid, times }],
    () => [drawLost(draw, vmid)],
    () => drawMute(draw, vmid),
    () => [{ kind: 'refuse', vmid, times, status: draw.one([500, 503, 595, 596]) }],
  ])();
}

const withdrawnFrom = ['/', ...nodes.map((node) => `/nodes/${node}`), ...guests.map(({ vmid }) => `/vms/${vmid}`)];

/** What the API, a node or the cluster may do for a while. */
export function drawWeather(draw: Draw): FaultInput {
  const while_s = { after_s: draw.from(0, 60), for_s: draw.from(5, 120) };
  const node = draw.one(nodes);
  return draw.one<FaultInput>([
    { kind: 'slow', delay_ms: 30_000, ...while_s },
    { kind: 'error', status: draw.one([500, 502, 503, 595, 596]), message: 'got timeout', ...while_s },
    { kind: 'cut', ...while_s },
    { kind: 'unauthorized', ...while_s },
    { kind: 'no_quorum', ...while_s },
    { kind: 'crs_on', ...while_s },
    { kind: 'right_withdrawn', privilege: draw.one(rights), path: draw.one(withdrawnFrom), ...while_s },
    { kind: 'node_silent', node, ...while_s },
    { kind: 'node_down', node, how: draw.one(['refused', 'hung'] as const), ...while_s },
    { kind: 'maintenance', node, ...while_s },
    { kind: 'clock_off', node, seconds: draw.one([-3600, 3600]), ...while_s },
  ]);
}

/** A person does something to a guest. */
export const drawHand = (draw: Draw, vmid: number, after_s: number): FaultInput => ({
  kind: 'by_hand',
  vmid,
  after_s,
  does: draw.one(['stop', 'lock', 'delete'] as const),
});

export const asTroubles = (faults: readonly FaultInput[]): Trouble[] => faults.map((fault) => ({ do: 'fault', fault }));
