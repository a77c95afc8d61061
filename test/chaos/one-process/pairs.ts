import { asTroubles, drawFate, drawFrom, drawMute } from './draw.ts';
import { kill } from './strike.ts';
import type { Approval, Trial, Trouble } from './trial.ts';

/** Two guests of a node that a rule binds together, neither a container nor else of HA. */
export const pair = [103, 107] as const;

/** Both of a pair are approved for the same node, in either order, and one of them or both fare badly there or before. */
export const bound = (seed: number, n: number): Trial => {
  const draw = drawFrom(seed * 100_003 + n);
  const to = draw.one(['a', 'b', 'd']);
  const approvals = draw.some(2, pair).map(
    (vmid): Approval => ({
      vmid,
      from: 'c',
      to,
      after_s: draw.from(1, 60),
      companions: pair.filter((other) => other !== vmid),
      expires_s: 900,
    }),
  );
  const unlucky = draw.one(pair);
  const fate = draw.one<() => Trouble[]>([
    () => asTroubles(drawFate(draw, unlucky)),
    () => asTroubles(drawMute(draw, unlucky, [to])),
    () => asTroubles([{ kind: 'right_withdrawn', privilege: 'VM.Migrate', path: `/vms/${unlucky}` }]),
    () => asTroubles([{ kind: 'refuse', vmid: unlucky, status: 500 }]),
  ])();
  const troubles = draw.below(2) === 0 ? fate : [...fate, kill(draw, draw.from(1, 400))];
  return { seed: seed + n, replicas: draw.from(1, 3), approvals, troubles, plans: true };
};

/** The same under HA, which moves both on the request for one: late, not at all, or one of them badly. */
export const boundByHa = (seed: number, n: number): Trial => {
  const trial = bound(seed, n);
  const draw = drawFrom(seed * 200_003 + n);
  const vmid = draw.one(pair);
  const late = draw.one<Trouble[]>([
    [],
    asTroubles([{ kind: 'ha_delays', vmid, times: 1, delay_s: draw.from(30, 600) }]),
    asTroubles([{ kind: 'ha_ignores', vmid }]),
  ]);
  return { ...trial, by_ha: true, troubles: [...trial.troubles, ...late] };
};
