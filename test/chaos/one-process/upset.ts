import type { FaultInput } from '@evenkeel/simulator';
import {
  asTroubles,
  type Draw,
  drawAnyApprovals,
  drawApprovals,
  drawFate,
  drawFrom,
  drawHand,
  drawMute,
  drawWeather,
} from './draw.ts';
import { guests, nodes } from './lab.ts';
import { disturbed, kill, twice_the_lease_s, undisturbed } from './strike.ts';
import type { Approval, Trial, Trouble } from './trial.ts';
import { forgetful, poisoned, unheard } from './unhear.ts';

/** By how many percent a clock runs fast. */
const drawRate = (draw: Draw): number => draw.one([-2, 0, 2]);

/** None of these may be executed: too late (by a clock that is slow, too), on a sample that is too old, or told by clocks that do not agree. */
export const outdated = (seed: number, n: number): Trial => {
  const draw = drawFrom(seed * 100_003 + n);
  const off_s = draw.one([-3600, 0, 0, 3600]);
  const fast_percent = drawRate(draw);
  const soonest_s = fast_percent < 0 ? 320 : 301;
  const spoil = (one: Approval): Approval =>
    draw.below(2) === 0 || off_s !== 0
      ? { ...one, late_s: draw.from(soonest_s, 900) }
      : { ...one, sampled_s: draw.from(620, 7200) };
  const approvals = drawApprovals(draw, 4).map(spoil);
  return {
    seed: seed + n,
    replicas: 1,
    approvals,
    troubles: off_s === 0 && fast_percent === 0 ? [] : [{ do: 'clock', replica: 0, off_s, fast_percent, after_s: 0 }],
  };
};

/** In the middle of a run a clock jumps by an hour, and later back; it may run slow or fast all the while. */
export const jumping = (seed: number, n: number): Trial => {
  const draw = drawFrom(seed * 100_003 + n);
  const trial = undisturbed(seed + n, draw.from(1, 3));
  const [replica, after_s] = [draw.below(trial.replicas), draw.from(0, 60)];
  const off_s = draw.one([-3600, 3600]);
  const back: Trouble = {
    do: 'clock',
    replica,
    off_s: 0,
    after_s: after_s + draw.from(1, 120),
    fast_percent: drawRate(draw),
  };
  return disturbed(trial, { do: 'clock', replica, off_s, fast_percent: drawRate(draw), after_s }, back);
};

export const away = (seed: number, n: number): Trial => {
  const draw = drawFrom(seed * 100_003 + n);
  const outage = (): Trouble =>
    draw.below(2) === 0
      ? { do: 'fault', fault: drawWeather(draw) }
      : {
          do: 'outage',
          of: draw.one(['bus', 'store'] as const),
          after_s: draw.from(0, 60),
          for_s: draw.from(5, 120),
          ...(draw.below(2) === 0 ? { only: 'writes' as const } : {}),
        };
  return disturbed(undisturbed(seed + n, draw.from(1, 2)), ...Array.from({ length: draw.from(1, 3) }, outage));
};

export const held = (seed: number, n: number): Trial => {
  const draw = drawFrom(seed * 100_003 + n);
  const how = draw.one(['pause', 'observe'] as const);
  const troubles: Trouble[] = [{ do: how, after_s: draw.from(0, 30) }];
  const stop: Trouble[] =
    draw.below(2) === 0
      ? []
      : [
          {
            do: 'stop',
            at: {
              point: draw.one(['before guard get automation', 'after guard get automation']),
              nth: draw.from(1, 3),
            },
            for_s: 75,
          },
        ];
  return { ...undisturbed(seed + n, 2), troubles: [...troubles, ...stop] };
};

const free = guests.filter(({ isService }) => !isService);
/** People are there before the executor hears of it. */
export const byHand = (seed: number, n: number): Trial => {
  const draw = drawFrom(seed * 100_003 + n);
  const approvals = drawApprovals(draw, 4, free).map((one) => ({ ...one, late_s: draw.from(8, 60) }));
  const act = ({ vmid, from, to, after_s }: Approval): FaultInput =>
    draw.below(4) === 0
      ? {
          kind: 'by_hand',
          vmid,
          after_s: after_s + draw.from(0, 5),
          does: 'move',
          target: nodes.find((node) => node !== from && node !== to)!,
        }
      : drawHand(draw, vmid, after_s + draw.from(0, 5));
  return { seed: seed + n, replicas: draw.from(1, 2), approvals, troubles: asTroubles(approvals.map(act)) };
};

/** Agents that never answer, before a move, after it or all the time, so that some guests are taken back. */
export const mute = (seed: number, n: number): Trial => {
  const draw = drawFrom(seed * 100_003 + n);
  const approvals = drawApprovals(draw, draw.from(1, 3));
  const kills = Array.from({ length: draw.below(3) }, () => kill(draw, 1 + draw.below(3_000)));
  const faults = approvals.flatMap(({ vmid, from, to }) => drawMute(draw, vmid, draw.one([[to], [from], nodes])));
  const troubles = [...asTroubles(faults), ...kills];
  return { seed: seed + n, replicas: draw.from(1, 2), approvals, troubles, plans: true };
};

const services = guests.filter(({ isService }) => isService);
export const byHa = (seed: number, n: number): Trial => {
  const draw = drawFrom(seed * 100_003 + n);
  const approvals = drawApprovals(draw, draw.from(1, 3), services);
  const fate = (vmid: number): FaultInput[] =>
    draw.below(2) === 0
      ? drawFate(draw, vmid)
      : [
          draw.one<FaultInput>([
            { kind: 'ha_delays', vmid, times: 1, delay_s: draw.from(30, 600) },
            { kind: 'ha_ignores', vmid },
          ]),
        ];
  return {
    seed: seed + n,
    replicas: draw.from(1, 2),
    approvals,
    troubles: asTroubles(approvals.flatMap(({ vmid }) => fate(vmid))),
  };
};

/** Of what Proxmox answers, up to half is not what it should be. */
export const garbled = (seed: number, n: number): Trial => {
  const draw = drawFrom(seed * 100_003 + n);
  const garble: Trouble = {
    do: 'garble',
    percent: draw.from(1, 50),
    after_s: draw.from(0, 20),
    for_s: draw.from(20, 200),
  };
  return disturbed(undisturbed(seed + n, draw.from(1, 2)), garble);
};

/** Everything at once; who locks a guest unlocks it, as HA comes back to what it was asked for until then. */
export const anything = (seed: number, n: number): Trial => {
  const draw = drawFrom(seed * 100_003 + n);
  const parts = draw.some(3, [unheard, forgetful, jumping, away, held, poisoned, garbled]).map((part) => part(seed, n));
  const kills = Array.from({ length: draw.below(3) }, () => kill(draw, 1 + draw.below(3_000)));
  const stops = Array.from(
    { length: draw.below(2) },
    (): Trouble => ({ do: 'stop', at: { nth: 1 + draw.below(3_000) }, for_s: twice_the_lease_s }),
  );
  const approvals = drawAnyApprovals(draw);
  const unlock = (vmid: number): FaultInput => ({ kind: 'by_hand', vmid, does: 'unlock', after_s: 900 });
  const hands = approvals.flatMap(({ vmid }) =>
    draw.below(5) === 0 ? [drawHand(draw, vmid, draw.from(0, 60)), unlock(vmid)] : [],
  );
  const troubles = [...parts.flatMap((part) => part.troubles), ...kills, ...stops, ...asTroubles(hands)];
  return { seed: seed + n, replicas: draw.from(1, 3), approvals, troubles };
};
